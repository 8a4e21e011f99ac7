"""Programs with exactly one planted defect each: they prove that the verdicts can be believed.

`client` and `serve` are correct in all that the SMTP suite asks; `clients` and `servers` break one thing
each. `defects` says what each of them must be found by, `table` what became of it.
"""
