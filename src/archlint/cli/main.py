"""The command `archlint`. A subcommand's module is imported when it is called, so that `--version` starts at once."""

from __future__ import annotations

import atexit
import errno
import gc
import os
from importlib import import_module

import click

from archlint import __version__
from archlint.cli.pipes import forget_the_rest

atexit.register(gc.freeze)
"""The interpreter's last collection of cycles frees nothing that the end of the process does not."""

WRONG = 2
INTERNAL_ERROR = 4
INTERRUPTED = 130
UNREAD = 141
"""The reader of the output went away in the middle; what a shell says of a program that SIGPIPE ends."""
_COMMANDS = ("baseline", "explain", "fix", "graph", "init", "plan", "rule", "scan", "size", "usage")
"""Each is `archlint.cli.<name>.command`."""


class LazyGroup(click.Group):
    """Subcommands by name, and exit code 4 with one plain line for an error of archlint itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: object = import_module(f"archlint.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> object:
        """Without the collector of reference cycles, which would walk the growing syntax trees of a scan again and
        again and find next to nothing: a third of the time, for a tenth of the memory."""
        collects = gc.isenabled()
        gc.disable()
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            forget_the_rest()
            ctx.exit(UNREAD)
        except Exception as error:
            ctx.exit(_report(error))
        finally:
            if collects:
                gc.enable()


def _report(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        forget_the_rest()
        click.echo(f"archlint: cannot write: {error.strerror}", err=True)
        return WRONG
    if os.environ.get("ARCHLINT_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    what = ascii(str(error).split("\n", 1)[0])[1:-1][:200]
    click.echo(
        f"archlint failed on an error of its own ({type(error).__name__}: {what}); please report it, "
        "with the traceback that ARCHLINT_DEBUG=1 shows.",
        err=True,
    )
    return INTERNAL_ERROR


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="archlint")
def main() -> None:
    """Static architecture linter for AWS Lambda repositories that run ML."""
