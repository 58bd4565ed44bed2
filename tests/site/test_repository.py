"""The address of the repository: which source wins, and what is no address."""

import subprocess

import pytest

from book._ext.repository import (
    git_remote,
    https_address,
    repository_address,
    site_address,
)

PUBLISHED = "https://github.com/owner/name"
WORKFLOW = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "run/ner"}


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://github.com/owner/name", PUBLISHED),
        ("https://github.com/owner/name.git/", PUBLISHED),
        ("https://user:secret@github.com/owner/name.git", PUBLISHED),
        ("git@github.com:owner/name.git", PUBLISHED),
        ("ssh://git@github.com:22/owner/name.git\n", PUBLISHED),
        ("https://git.example.org:8443/team/name", "https://git.example.org:8443/team/name"),
        ("https://gitlab.com/group/part/name.git", "https://gitlab.com/group/part/name"),
        ("https://github.com/owner", ""),
        ("http://localhost:3000/owner/name", ""),
        ("file:///srv/name.git", ""),
        ("../name.git", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_https_address(given, address):
    assert https_address(given) == address


@pytest.fixture
def clone(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    remote = ["remote", "add", "origin", "git@github.com:remote/name.git"]
    subprocess.run(["git", "-C", tmp_path, *remote], check=True)
    return tmp_path


def test_environment_comes_first_then_remote_then_configuration(clone, tmp_path_factory):
    named = {"LSDL_REPOSITORY": PUBLISHED, **WORKFLOW}
    assert repository_address(clone, "https://a.org/b/c", named) == PUBLISHED
    assert repository_address(clone, "https://a.org/b/c", WORKFLOW) == "https://github.com/run/ner"
    assert repository_address(clone, "https://a.org/b/c", {}) == "https://github.com/remote/name"
    bare = tmp_path_factory.mktemp("bare")
    assert repository_address(bare, "https://a.org/b/c", {}) == "https://a.org/b/c"
    assert repository_address(bare, "", {}) == ""


def test_without_git(monkeypatch, clone):
    monkeypatch.setenv("PATH", "")
    assert git_remote(clone) == ""


@pytest.mark.parametrize(
    ("repository", "configured", "environ", "address"),
    [
        (PUBLISHED, "", {}, "https://owner.github.io/name/"),
        ("https://github.com/Owner/Name", "", {}, "https://owner.github.io/Name/"),
        ("https://github.com/Owner/owner.github.io", "", {}, "https://owner.github.io/"),
        (PUBLISHED, "https://course.org", {}, "https://course.org/"),
        (PUBLISHED, "https://a.org", {"LSDL_SITE": "https://b.org/c/"}, "https://b.org/c/"),
        ("", "", {"LSDL_SITE": "http://localhost:8000/c"}, "http://localhost:8000/c/"),
        ("https://git.example.org/team/name", "", {}, ""),
        ("", "", {"LSDL_SITE": ""}, ""),
    ],
)
def test_site_address(repository, configured, environ, address):
    assert site_address(repository, configured, environ) == address


@pytest.mark.parametrize("given", ["course.org", "file:///srv", "https://", 'https://a.org/"x'])
def test_what_is_no_address_of_a_site_is_an_error(given):
    with pytest.raises(ValueError, match="no address of a site; allowed: https://host/folder/"):
        site_address(PUBLISHED, given, {})
