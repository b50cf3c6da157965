// Elements without a framework: h('a', {href}, 'text', child). Text is always text, never markup.

export function h(tag, attrs = {}, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(attrs)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else if (key === 'depth') e.style.setProperty('--depth', value);
    else e.setAttribute(key, value === true ? '' : value);
  }
  e.append(...children.flat(Infinity).filter(c => c !== undefined && c !== null && c !== false));
  return e;
}

/** A row that opens a link: click anywhere in it, or Enter when it is the current one. */
export function row(href, ...cells) {
  return h('tr', {'data-href': href, onclick: e => { if (!e.target.closest('a')) location.hash = href; }}, cells);
}

export const table = (heads, rows) => h('div', {class: 'card scroll'}, h('table', {},
  heads.length > 0 && h('thead', {}, h('tr', {}, heads.map(t => Array.isArray(t) ? h('th', {class: t[1]}, t[0]) : h('th', {}, t)))),
  h('tbody', {}, rows)));

export const empty = (title, text) => h('div', {class: 'card empty'}, h('b', {}, title), text);
export const pill = (text, kind = '') => h('span', {class: `pill ${kind}`}, text);
export const count = (n, one, many = one + 's') => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** As many as one looks at in `place`, and a button behind them, in `box`, for the next ones. */
export function stepped(box, place, items, make, step) {
  let shown = 0;
  const more = h('button', {class: 'more', type: 'button', onclick: show});
  function show() {
    more.remove();
    place.append(...items.slice(shown, shown + step).map((item, i) => make(item, shown + i)));
    shown += step;
    if (shown >= items.length) return;
    more.textContent = `Show more of ${items.length.toLocaleString('en')}`;
    box.append(more);
  }
  show();
  return box;
}

/** Rows of a table, stepped. */
export function paged(heads, items, make, step = 200) {
  const body = table(heads, []);
  return stepped(h('div', {}, body), body.querySelector('tbody'), items, make, step);
}

/** The address says what is chosen in the view, without a step in the browser's history. */
export const address_is = hash => history.replaceState(null, '', hash);

/** A step as people wrote it: "_2fetc_2fhosts" is {/etc/hosts}, as in Pan. */
export function readable(step) {
  if (!/_[0-9a-f]{2}/.test(step)) return step;
  const plain = step.replace(/_([0-9a-f]{2})/g, (_, x) => String.fromCharCode(parseInt(x, 16)));
  return /^[\x20-\x7e]+$/.test(plain) && plain.replace(/[^0-9a-zA-Z]|^[0-9]/g, c => '_' + c.charCodeAt(0).toString(16).padStart(2, '0')) === step ? `{${plain}}` : step;
}
/** A whole path, with places to break the line at its slashes. */
export const path_text = path => path.split('/').slice(1).map(s => ['/', h('wbr'), readable(s)]);

/** "4 min ago", with the exact time on hover. */
export function ago(seconds) {
  if (!seconds) return h('span', {class: 'quiet'}, 'never');
  const past = Math.max(0, Date.now() / 1000 - seconds);
  const [n, unit] = past < 60 ? [0, ''] : past < 3600 ? [past / 60, 'min'] : past < 86400 ? [past / 3600, 'h'] : [past / 86400, 'd'];
  const text = !unit ? 'just now' : unit === 'd' && n > 30 ? new Date(seconds * 1000).toISOString().slice(0, 10) : `${Math.floor(n)} ${unit} ago`;
  return h('time', {class: 'nowrap', title: new Date(seconds * 1000).toLocaleString(), datetime: new Date(seconds * 1000).toISOString()}, text);
}

/** "CN=anna,O=Weft" -> "anna"; the whole on hover. */
export function person(subject) {
  const name = /(?:^|,)CN=((?:[^,\\]|\\.)*)/.exec(subject || '');
  return h('span', {title: subject}, name ? name[1].replace(/\\(.)/g, '$1') : subject || 'nobody');
}

export const state = lag => !lag ? pill('in step', 'good') : lag === 'failed' ? pill(lag, 'bad') : lag === 'never seen' ? pill(lag) : pill(lag, 'warn');

export function note(text) {
  const e = document.getElementById('note');
  e.textContent = text;
  e.classList.add('on');
  clearTimeout(note.timer);
  note.timer = setTimeout(() => e.classList.remove('on'), 2600);
}
