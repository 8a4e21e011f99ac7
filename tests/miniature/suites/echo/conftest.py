import interop

client = interop.role("client")
server = interop.role("server")
