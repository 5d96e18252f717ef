"""What Ana reads in the chat, as plain text for a terminal. Prints nothing itself."""

import re
from datetime import datetime

from sandbox.chat import Chat

_MENTION, _MOMENT = re.compile(r"<@!?(\d+)>"), re.compile(r"<t:(\d+)(?::\w)?>")


def newest(chat: Chat) -> str:
    """The newest message, its moments as Discord writes them; empty where there is none."""
    seen = chat.channel.history(viewer=chat.ana)
    if not seen:
        return ""
    people = {str(person.id): person.name for person in (chat.ana, chat.bob)}
    files = "".join(f"\n[{file.filename}]" for file in seen[-1].attachments)
    text = _MENTION.sub(lambda found: f"@{people.get(found[1], found[1])}", seen[-1].content)
    return f"{seen[-1].author.display_name}: {text}{files}".replace("**", "")


async def newest_files(chat: Chat) -> list[tuple[str, bytes]]:
    """The files of the newest message, each with its name."""
    seen = chat.channel.history(viewer=chat.ana)[-1:]
    return [(file.filename, await file.read()) for each in seen for file in each.attachments]


def counted_down(text: str, now: datetime) -> str:
    """The text with its moments as Discord would show them: "in 3 s", "2 min ago"."""

    def said(moment: re.Match[str]) -> str:
        away_s = int(moment[1]) - round(now.timestamp())
        size = f"{abs(away_s)} s" if abs(away_s) < 60 else f"{abs(away_s) // 60} min"
        return "now" if away_s == 0 else f"in {size}" if away_s > 0 else f"{size} ago"

    return _MOMENT.sub(said, text)
