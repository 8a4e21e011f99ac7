"""The only stage that touches the world: engines, peers, drivers, the wire."""
