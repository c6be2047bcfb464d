from aws_cdk import aws_lambda

FACTOR = 3
_TIMEOUTS = {"api": 29, "batch-job": 15 * 60}


def runtime(entry, default="3.12"):
    version = entry.get("python", default)
    return {"3.12": aws_lambda.Runtime.PYTHON_3_12, "3.13": aws_lambda.Runtime.PYTHON_3_13}[version]


def timeout(kind: str) -> int:
    if kind not in _TIMEOUTS:
        return 60
    return _TIMEOUTS[kind]
