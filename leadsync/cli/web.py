"""The command that serves the page."""

import webbrowser

import click

from leadsync.cli.options import examples
from leadsync.cli.shell import command_shell
from leadsync.errors import ended_by_signal


@click.command(epilog=examples("web", "web --port 8100 --no-browser"))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8017, show_default=True, type=click.IntRange(0, 65535), help="The port; 0: a free one.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def web(host: str, port: int, no_browser: bool) -> int:
    """Do the same work in a browser.

    On this computer alone it needs no login: the address that it prints lets one person in, once. For a team see
    [web] in the settings, and `leadsync users`.
    """
    from leadsync.web.server import Server

    shell = command_shell()
    shell.settings()
    with shell.sound_journal():
        pass
    place = shell.journal_place()
    server = Server(
        shell.state_folder(),
        shell.settings,
        host=host,
        port=port,
        config=shell.config,
        called=shell.called,
        journal_place=place,
    )
    opening = server.opening_url

    def announce() -> None:
        shell.result(f"The page is at {opening} Ctrl-C ends it.", {"url": server.url, "opening_url": opening})
        if not no_browser:
            webbrowser.open(opening)

    words = f"The page has ended; a run that it has begun goes on without it, and `{shell.called} runs` shows it."
    with ended_by_signal(words):
        server.serve(announce)
    shell.say(words)
    return 0
