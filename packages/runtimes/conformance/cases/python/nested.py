import no_such_package_anywhere


def handler(event, context):
    return 1
