"""Sends a message to a room, then prints the messages of the room until it is interrupted.

Usage: python3 chat.py <url> <token> <room> <text>
Needs the package websockets: apt-get install python3-websockets, or pip install websockets.
"""

import asyncio
import json
import sys
import uuid

import websockets


async def chat(url, token, room, text):
    socket_url = url.rstrip("/").replace("http", "ws", 1) + f"/ws/chat/{room}/"
    frame = {"action": "send", "message": text, "client_id": str(uuid.uuid4())}
    # A token in the subprotocols appears in no access log.
    async with websockets.connect(socket_url, subprotocols=["Bearer", token]) as socket:
        await socket.send(json.dumps(frame))
        async for data in socket:
            received = json.loads(data)
            # The first frame is the history of the room: an array of messages, newest first.
            if isinstance(received, list):
                continue
            if received["type"] == "error":
                sys.exit(f"{received['code']}: {received['message']}")
            if received["type"] == "chat_message":
                message = received["message"]
                print(message["sender_id"], message["text"], flush=True)


if len(sys.argv) != 5:
    sys.exit(__doc__)
try:
    asyncio.run(chat(*sys.argv[1:]))
except KeyboardInterrupt:
    pass
