"""How many requests a token may make: a bucket for each, filled evenly, kept by each process for itself."""

from time import monotonic

from aiohttp import web

from bot.numbers import whole
from bot.settings import read_environment

A_MINUTE = 600
SETTING = "BANGNONG_API_A_MINUTE"
_MOST_KEPT = 10_000


class Limits:
    """`take` gives 0.0, or the seconds until there is room again."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute = a_minute
        self._left: dict[bytes, tuple[float, float]] = {}

    def take(self, who: bytes, now: float | None = None) -> float:
        now = monotonic() if now is None else now
        left, at = self._left.get(who, (float(self.a_minute), now))
        left = min(float(self.a_minute), left + (now - at) * self.a_minute / 60)
        if left < 1:
            self._left[who] = (left, now)
            return (1 - left) * 60 / self.a_minute
        if len(self._left) >= _MOST_KEPT and who not in self._left:
            self._left.clear()
        self._left[who] = (left - 1, now)
        return 0.0


LIMITS: web.AppKey[Limits] = web.AppKey("api_limits", Limits)


def open_limits() -> Limits:
    """An unreadable setting counts as unset."""
    return Limits(whole(read_environment().get(SETTING, ""), 10**9 - 1) or A_MINUTE)
