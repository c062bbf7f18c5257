def tickets(folder):
    return ()


def controls(folder):
    return ()


def lenet_5(folder):
    return ()
