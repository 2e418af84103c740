"""The commands of the command line, one function each.

Results go to standard output, everything else to standard error. Each returns its exit code; AssistantError is for
`cli_errors` to print.
"""
