"""`manyuan`: the command line. Each command lives in a module of its own and is imported only when it is called.

Exit codes: 0 done; 1 the work was done and found faults (a wrong row, a broken chain); 2 wrong use; 3 refused by a rule; 4 not possible now.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from manyuan.surfaces.cli.speaking import chinese, teach_the_library

COMMANDS = {
    # name: (module, attribute, one line of help, needs Django)
    "init": ("manyuan.surfaces.cli.init", "init", "Make the database and the programme; in demo mode the demo city.", True),
    "pack": ("manyuan.surfaces.cli.pack", "pack", "Check, show or install a programme pack.", True),
    "import": ("manyuan.surfaces.cli.importing", "import_", "Bring in registrations or workbooks of filings.", True),
    "export": ("manyuan.surfaces.cli.exporting", "export", "Write enterprises, filings or indicator values as CSV.", True),
    "serve": ("manyuan.surfaces.cli.serve", "serve", "Serve the pages and the API, with a worker beside.", True),
    "worker": ("manyuan.surfaces.cli.serve", "worker", "Do the waiting work: react to events, nightly tasks.", True),
    "backup": ("manyuan.surfaces.cli.backup", "backup", "Write the whole database to one file, while serving.", True),
    "restore": ("manyuan.surfaces.cli.backup", "restore", "Restore a backup, whole or not at all.", True),
    "doctor": ("manyuan.surfaces.cli.doctor", "doctor", "Check this deployment.", True),
    "audit": ("manyuan.surfaces.cli.audit", "audit", "Verify the audit chain.", True),
    "people": ("manyuan.surfaces.cli.people", "people", "Organisations and people; the first account of a new deployment.", True),
    "parks": ("manyuan.surfaces.cli.parks", "parks", "Parks: list, show, history; found, merge, split, close, rename, move.", True),
    "periods": ("manyuan.surfaces.cli.periods", "periods", "List reporting periods, open the next one.", True),
    "policies": ("manyuan.surfaces.cli.policies", "policies", "Policies of the running city: import, list, screen.", True),
    "money": ("manyuan.surfaces.cli.money", "money", "Funds, reconciliation, payment batches, bank results.", True),
    "demands": ("manyuan.surfaces.cli.demands", "demands", "The classifier of demands: train it on own records, ask it.", True),
    "calendar": ("manyuan.surfaces.cli.calendar", "calendar", "Holidays and make-up days of a year: list, load, take back.", True),
    "tiers": ("manyuan.surfaces.cli.tiers", "tiers", "Tier ladders of the running city: judge, list, cheapest upgrades.", True),
    "permu": ("manyuan.surfaces.cli.permu", "permu", "Per-mu evaluation: runs, workbooks, verification.", True),
    "matters": ("manyuan.surfaces.cli.matters", "matters", "Matters, delegated powers, the ask-once ledger.", True),
    "decisions": ("manyuan.surfaces.cli.policies", "decisions", "Work decisions out again from what they kept.", True),
    "screen": ("manyuan.surfaces.cli.screening", "screen", "Screen every enterprise against every policy.", False),
    "explain": ("manyuan.surfaces.cli.screening", "explain", "Explain one enterprise and one policy.", False),
    "simulate": ("manyuan.surfaces.cli.screening", "simulate", "Try a change of a policy on a fact sheet.", False),
    "policy": ("manyuan.surfaces.cli.screening", "policy", "Check policies; tables to and from Excel and DMN.", False),
    "rules": ("manyuan.surfaces.cli.rules", "rules", "Apply the standard rule packs to a fact sheet.", False),
}


class _Lazy(click.Group):
    """A group whose commands are imported when used, so that `manyuan --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _, needs_django = COMMANDS[name]
        if needs_django:
            prepare_django()
        return getattr(importlib.import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line, _) in COMMANDS.items()])


def prepare_django() -> None:
    """Set Django up once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "manyuan.site.settings")
    import django

    django.setup()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name="manyuan")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None, help="Language of messages (default: MANYUAN_LANGUAGE, LANG, else zh).")
def root(language: str | None) -> None:
    """Manyuan (满园): the open platform for an industrial-park programme."""
    _speak(language)


def _speak(language: str | None) -> None:
    known = os.environ.get("MANYUAN_LANGUAGE")
    os.environ["MANYUAN_LANGUAGE"] = language or (known if known in ("zh", "en") else "en" if os.environ.get("LANG", "").startswith("en") else "zh")
    teach_the_library()


def _asked() -> str | None:
    """The language asked for on the command line, known before the library reads it."""
    given = " ".join(sys.argv[1:]).replace("=", " ").split()[:2]
    return given[1] if given[:1] == ["--language"] and given[1:] in (["zh"], ["en"]) else None


def main() -> int:
    """Run the command line and return its exit code; errors of the domain become one clear line each."""
    _speak(_asked())
    try:
        return root(standalone_mode=False) or 0
    except click.exceptions.Abort:
        click.echo("已停止。" if chinese() else "Stopped.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except Exception as error:
        message = getattr(error, "message", None)
        if not callable(message):
            raise
        click.echo(message({"zh": "zh-hans", "en": "en"}[os.environ.get("MANYUAN_LANGUAGE", "zh")]), err=True)
        return 3


if __name__ == "__main__":
    sys.exit(main())
