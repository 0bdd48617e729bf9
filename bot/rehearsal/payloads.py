"""A text message as each platform would push it, in clear: what `fire` and `simulate` sign and send."""

import json
from datetime import datetime
from zlib import crc32


def text_payload(channel: str, sender: str, text: str, message_id: str, at: datetime) -> bytes:
    """`message_id`: the same again is the same message. `at` aware; platforms keep seconds or milliseconds of it."""
    if channel in ("wechat", "toutiao"):
        fields = {
            "ToUserName": "gh_fire", "FromUserName": sender, "CreateTime": int(at.timestamp()), "MsgType": "text",
            "Content": text, "MsgId": int(message_id) if message_id.isdigit() else crc32(message_id.encode()),
        }  # fmt: skip
        return _json(fields)
    if channel == "douyin":
        content = {
            "conversation_short_id": f"@fire-{sender}", "server_message_id": f"@fire-{message_id}", "conversation_type": 1,
            "create_time": int(at.timestamp() * 1000), "message_type": "text", "text": text, "source": "",
        }  # fmt: skip
        event = {"event": "im_receive_msg", "client_key": "", "from_user_id": sender, "to_user_id": "fire"}
        return _json({**event, "content": content})
    if channel == "app":
        return _json({"id": message_id, "sender": sender, "text": text, "sent_at": at.isoformat()})
    return _json({"id": message_id, "who": sender, "at": int(at.timestamp()), "text": text})


def hook_path(channel: str, account: str) -> str:
    """Where that channel's messages come in."""
    return f"/api/app/{account}/messages" if channel == "app" else f"/hook/{channel}/{account}"


def _json(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()
