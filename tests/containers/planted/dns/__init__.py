"""DNS programs with exactly one planted defect each.

`client` and `serve` are correct in what the DNS suite asks; `clients` and `servers` break one thing each.
`defects` says what each of them must be found by.
"""
