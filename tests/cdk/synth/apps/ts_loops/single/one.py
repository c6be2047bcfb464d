NAME = "single/one"


def main(event, context):
    return NAME
