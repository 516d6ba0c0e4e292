"""The local servers without starting one."""
