"""Programs with exactly one planted defect each, by which the harness proves that its verdicts can be believed.

`client` and `serve` are correct in all that the SMTP suite asks; `clients` and `servers` break one thing each.
"""
