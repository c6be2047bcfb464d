"""AL114: something made at import that all environments restored from one snapshot would share."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.reach import Phase
from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page

UNIQUE = {
    "uuid.uuid1": "an id",
    "uuid.uuid4": "an id",
    "random.random": "a random number",
    "random.randint": "a random number",
    "random.seed": "a random seed",
    "random.Random": "a random generator",
    "numpy.random.seed": "a random seed",
    "numpy.random.default_rng": "a random generator",
    "secrets.token_hex": "a secret token",
    "secrets.token_urlsafe": "a secret token",
    "secrets.token_bytes": "a secret token",
    "os.urandom": "random bytes",
    "time.time": "the time",
    "datetime.datetime.now": "the time",
    "datetime.datetime.utcnow": "the time",
    "psycopg2.connect": "a connection",
    "psycopg.connect": "a connection",
    "pymysql.connect": "a connection",
    "mysql.connector.connect": "a connection",
    "socket.create_connection": "a connection",
    "boto3.client().assume_role": "temporary credentials",
    "boto3.client().get_session_token": "temporary credentials",
}
"""https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html and -best-practices.html, read 2026-11."""

SEEDED = ("random.seed", "random.Random", "numpy.random.seed", "numpy.random.default_rng")


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only with SnapStart; code that registers a restore hook is trusted to renew what it made."""
    for deployed, reach in project.python_functions():
        if not deployed.function.snapstart:
            continue
        if any("register_after_restore" in module.text for module in reach.imported):
            continue
        for call in reach.calls():
            what = UNIQUE.get(call.path)
            if call.path in SEEDED and (call.node.args or call.node.keywords):
                continue  # a seed that is chosen is meant to be the same everywhere
            if what is not None and call.phase is Phase.IMPORT:
                yield Hit(
                    message=f"{what} taken at import is stored in the snapshot: all restored environments share it",
                    place=call.site.unit.module.place(call.node),
                    function=deployed.function.id,
                    trace=way_to(call.reached),
                )
