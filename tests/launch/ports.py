import psutil


def listening():
    """Return address and port of each socket at which this process listens.

    psutil 5, which Colab has, has another name for it.
    """
    me = psutil.Process()
    connections = me.net_connections if hasattr(me, "net_connections") else me.connections
    return {tuple(c.laddr) for c in connections() if c.status == psutil.CONN_LISTEN}
