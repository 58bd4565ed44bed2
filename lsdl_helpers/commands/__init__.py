"""The commands of ``python -m lsdl_helpers``: a module each, with ``main(arguments)``."""
