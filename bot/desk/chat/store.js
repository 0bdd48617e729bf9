// What this browser keeps: unsent messages, the draft, the size of type. Each unsent message has a key of its own, so
// that two open pages do not overwrite each other's. Without localStorage (private windows) it lasts as long as the page.

export class Store {
  constructor(account, storage = safeStorage()) {
    this.prefix = `bangnong:${account}:`;
    this.storage = storage;
  }

  read(name) {
    return this.storage.getItem(this.prefix + name);
  }

  write(name, value) {
    try {
      if (value) this.storage.setItem(this.prefix + name, value);
      else this.storage.removeItem(this.prefix + name);
    } catch {
      // Full: the message is still on the page and will be sent from there.
    }
  }

  /** Unsent messages {id, text, at, refused?}, oldest first. */
  outgoing() {
    const found = [];
    for (const key of keysOf(this.storage)) {
      if (!key.startsWith(`${this.prefix}out:`)) continue;
      try {
        const message = JSON.parse(this.storage.getItem(key));
        if (typeof message?.id === "string" && typeof message.text === "string") found.push(message);
      } catch {
        this.storage.removeItem(key);
      }
    }
    return found.sort((a, b) => a.at - b.at);
  }

  keep(message) {
    this.write(`out:${message.id}`, JSON.stringify(message));
  }

  forget(id) {
    this.write(`out:${id}`, "");
  }
}

function keysOf(storage) {
  return Array.from({ length: storage.length }, (_, place) => storage.key(place));
}

function safeStorage() {
  try {
    localStorage.setItem("bangnong:?", "1");
    localStorage.removeItem("bangnong:?");
    return localStorage;
  } catch {
    return new Memory();
  }
}

class Memory {
  constructor() {
    this.map = new Map();
  }

  get length() {
    return this.map.size;
  }

  key(place) {
    return [...this.map.keys()][place];
  }

  getItem(key) {
    return this.map.get(key) ?? null;
  }

  setItem(key, value) {
    this.map.set(key, String(value));
  }

  removeItem(key) {
    this.map.delete(key);
  }
}

/** A random id. crypto.randomUUID is missing where the page is not served over https. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, place) => `${text.slice(0, place)}-${text.slice(place)}`, hex);
}
