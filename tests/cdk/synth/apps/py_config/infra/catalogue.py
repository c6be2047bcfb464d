import json
import pathlib
from enum import Enum

_HERE = pathlib.Path(__file__).parent


class Kind(str, Enum):
    API = "api"
    BATCH_JOB = "batch-job"
    OTHER = "other"


CATALOGUE = {
    Kind.API: {"handler": "app.main", "memory": 512},
    Kind.BATCH_JOB: {"handler": "batch.main", "memory": 4096, "python": "3.13"},
    Kind.OTHER: {"handler": "app.main"},
}


def load(name: str) -> dict:
    with open(_HERE / name) as file:
        return json.load(file)
