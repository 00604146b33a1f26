raise Exception('at load')
