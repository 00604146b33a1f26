# Like a backport for older Pythons that was installed beside the code: the standard library cannot use it.
