NAME = "ingest/app"


def main(event, context):
    return NAME
