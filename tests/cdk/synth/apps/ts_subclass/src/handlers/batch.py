NAME = "handlers/batch"


def main(event, context):
    return NAME
