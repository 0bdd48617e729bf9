"""One module a command of `bangnong`. Each has `add(subparsers)`; exit 0 ok, 1 work found faults, 2 usage or configuration."""
