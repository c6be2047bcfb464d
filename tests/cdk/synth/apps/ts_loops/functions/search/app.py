NAME = "search/app"


def main(event, context):
    return NAME
