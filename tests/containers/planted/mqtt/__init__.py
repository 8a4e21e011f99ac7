"""Programs with exactly one planted defect each, for the MQTT suite.

`client` and `broker` are correct in all that the suite asks of them; `clients` and `brokers` break one thing
each.
"""
