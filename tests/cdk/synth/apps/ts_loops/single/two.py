NAME = "single/two"


def main(event, context):
    return NAME
