"""Typed keys under which the web application keeps what its handlers need."""

from aiohttp import web

from bot.services import Services

SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
