// The composer's helps: counts while typing, exactly as the server counts, and a preview that follows.
// Every one of them is also a button or a page without this script.
"use strict";

// -- a label of a host name, by the rules of IDNA 2003 --------------------------------------------
const dropped = /[\u00AD\u034F\u1806\u180B-\u180D\u200B-\u200D\u2060\uFE00-\uFE0F\uFEFF]/gu;
const barred = /[\x80-\xA0\u0340\u0341\u06DD\u070F\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u2063\u206A-\u206F\u2FF0-\u2FFB\u3000\uD800-\uF8FF\uFFF9-\uFFFF\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}\u{F0000}-\u{10FFFF}]/u;
const leftward = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
const rightward = /(?![\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}])\p{L}/u;

const punycode = (text) => {
  const codes = [...text].map((char) => char.codePointAt(0));
  let size = codes.filter((code) => code < 128).length;
  let [next, delta, bias, handled] = [128, 0, 72, size];
  const plain = size;
  if (plain) size += 1;
  while (handled < codes.length) {
    const least = Math.min(...codes.filter((code) => code >= next));
    delta += (least - next) * (handled + 1);
    next = least;
    for (const code of codes) {
      if (code < next) delta += 1;
      if (code !== next) continue;
      let left = delta;
      for (let base = 36; ; base += 36) {
        const edge = base <= bias ? 1 : base >= bias + 26 ? 26 : base - bias;
        size += 1;
        if (left < edge) break;
        left = Math.floor((left - edge) / (36 - edge));
      }
      delta = handled === plain ? Math.floor(delta / 700) : Math.floor(delta / 2);
      delta += Math.floor(delta / (handled + 1));
      let rounds = 0;
      for (; delta > 455; rounds += 36) delta = Math.floor(delta / 35);
      bias = rounds + Math.floor((36 * delta) / (delta + 38));
      delta = 0;
      handled += 1;
    }
    delta += 1;
    next += 1;
  }
  return size;
};

const label = (written) => {
  if (/^[\x00-\x7F]*$/.test(written)) return written.length > 0 && written.length < 64;
  const plain = written.replace(dropped, "").normalize("NFKC").toLowerCase().normalize("NFKC");
  if (barred.test(plain)) return false;
  if (leftward.test(plain)) {
    const signs = [...plain];
    if (rightward.test(plain) || !leftward.test(signs[0]) || !leftward.test(signs.at(-1))) return false;
  }
  if (/^[\x00-\x7F]*$/.test(plain)) return plain.length > 0 && plain.length < 64;
  return !plain.startsWith("xn--") && punycode(plain) + 4 < 64;
};

// -- X's weighted length (twitter-text, configuration 3) ------------------------------------------
// The endings of host names and the emoji come from the server, so both sides use one table.
const counter = (tables) => {
  const space = "\\x09-\\x0D\\x20\\x85\\xA0\\u1680\\u180E\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000";
  const marks = "\\u202A-\\u202E\\u061C\\u200E\\u200F\\u2066\\u2067\\u2068\\u2069";
  const invalid = "\\uFFFE\\uFEFF\\uFFFF";
  const punct = "!'#%&()*+,\\\\\\-./:;<=>?@\\[\\]\\^_{|}~$";
  const latin = "\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\xFF\\u0100-\\u024F\\u0253\\u0254\\u0256\\u0257\\u0259\\u025B\\u0263\\u0268\\u026F\\u0272\\u0289\\u028B\\u02BB\\u0300-\\u036F\\u1E00-\\u1EFF";
  const cyrillic = "\\u0400-\\u04FF";
  const letter = `[^${punct}${space}${invalid}${marks}]`;
  const ending = `(?:${tables.gtld}|${tables.cctld}|(?:xn--[\\-0-9a-z]+))`;
  const subdomain = `(?:(?:${letter}(?:[_\\-]|${letter})*)?${letter}\\.)`;
  const name = `(?:(?:${letter}(?:-|${letter})*)?${letter}\\.)`;
  const domain = `(?:${subdomain}*${name}${ending})`;
  const path = `[a-z${cyrillic}0-9!*';:=+,.$/%#\\[\\]\\-\\u2013_~@|&${latin}]`;
  const parens = `\\((?:${path}+|(?:${path}*\\(${path}+\\)${path}*))\\)`;
  const last = `(?:[+\\-a-z${cyrillic}0-9=_#/${latin}]|(?:${parens}))`;
  const way = `(?:(?:${path}*(?:${parens}${path}*)*${last})|(?:@${path}+/))`;
  const ask = "[a-z0-9!?*'@();:&=+$/%#\\[\\]\\-_.,~|]";
  const asked = "[a-z0-9\\-_&=#/]";
  const before = `(?:[^A-Za-z0-9@＠$#＃${invalid}]|[${marks}]|^)`;
  const url = new RegExp(
    `(${before})((https?://)?(${domain})(?::([0-9]+))?(/${way}*)?(\\?${ask}*${asked})?)`, "giu");
  const ascii = new RegExp(`(?:(?:[\\-a-z0-9${latin}]+)\\.)+${ending}`, "giu");
  const short = new RegExp(`^https?://t\\.co/([a-z0-9]+)(?:\\?${ask}*${asked})?`, "iu");
  const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const single = tables.single.map(([a, b]) => `\\u{${a.toString(16)}}-\\u{${b.toString(16)}}`).join("");
  const emoji = new RegExp(`${tables.emoji.map(escape).join("|")}|[${single}]`, "gu");

  const named = (host) => host.split(/[.\u3002\uFF0E\uFF61]/).every(label);

  const links = (text) => {
    const found = new Map();
    if (!text.includes(".")) return found;
    for (const match of text.matchAll(url)) {
      let [, ahead, whole, scheme, host, , way] = match;
      const start = match.index + match[0].length - whole.length;
      if (!named(host) || (scheme || "https://").length + whole.length > 4096) continue;
      if (!scheme) {
        if (/^[-_./]$/.test(ahead)) continue;
        let latest = null;
        for (const part of host.matchAll(ascii)) {
          latest = { at: start + part.index, size: part[0].length, text: part[0] };
          found.set(latest.at, latest.size);
        }
        if (latest && way) found.set(latest.at, whole.replaceAll(host, latest.text).length);
        continue;
      }
      const tco = whole.match(short);
      if (tco) {
        if (tco[1].length > 40) continue;
        whole = tco[0];
      }
      found.set(start, whole.length);
    }
    return found;
  };

  return (typed) => {
    const text = (typed.toWellFormed?.() ?? typed).normalize("NFC").replace(/\r\n?/g, "\n");
    const urls = links(text);
    const faces = new Map([...text.matchAll(emoji)].map((match) => [match.index, match[0].length]));
    let weight = 0;
    for (let at = 0; at < text.length;) {
      const code = text.codePointAt(at);
      if (urls.has(at)) { weight += 2300; at += urls.get(at); continue; }
      if (faces.has(at)) { weight += 200; at += faces.get(at); continue; }
      const light = code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247);
      weight += light ? 100 : 200;
      at += code > 0xffff ? 2 : 1;
    }
    return Math.floor(weight / 100);
  };
};
const facebook = (typed) => [...typed.normalize("NFC")].length;
globalThis.kouhouCount = async () => {
  const answer = await fetch("/compose/counting.json");
  return { x: counter(await answer.json()), facebook };
};

// -- the form -------------------------------------------------------------------------------------
const form = document.querySelector("form[data-compose]");
if (form) {
  const area = form.querySelector("[data-preview]");
  let weigh = null;

  const show = (box) => {
    if (!weigh) return;
    let line = box.closest(".field").nextElementSibling;
    if (!line?.matches("[data-counts]")) {
      line = document.createElement("p");
      line.className = "counts small";
      line.dataset.counts = "";
      box.closest(".field").after(line);
    }
    const link = form.elements.link?.value.trim() ?? "";
    const words = box.value && link && !box.value.includes(link) ? `${box.value}\n${link}` : box.value;
    const only = box.dataset.counted;
    const facts = [["X", weigh.x(words), 280, "x"], ["Facebook", weigh.facebook(box.value), 63206, "facebook"]];
    line.replaceChildren(...facts.filter((fact) => !only || only === fact[3]).map(([name, used, limit]) => {
      const part = document.createElement("span");
      part.textContent = `${name} ${used} / ${limit}`;
      if (used > limit) part.className = "over";
      return part;
    }));
  };
  const showAll = () => { for (const box of form.querySelectorAll("textarea[data-counted]")) show(box); };

  let asked = 0;
  let timer = 0;
  const preview = async () => {
    const turn = ++asked;
    const facts = new FormData(form);
    facts.delete("picture");
    area.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch("/compose/preview", { method: "POST", body: facts });
      const html = await answer.text();
      if (turn === asked && answer.ok) area.innerHTML = html;
    } catch { /* the button "refresh" tells what is wrong */ }
    if (turn === asked) area.removeAttribute("aria-busy");
  };
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-counted]")) show(event.target);
    if (event.target.name === "link") showAll();
    if (event.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(preview, 500);
  });
  form.elements.picture?.addEventListener("change", () => form.querySelector("button[value=attach]").click());
  globalThis.kouhouCount().then((counts) => { weigh = counts; showAll(); }, () => {});
}
