// The shell: which address is which view, keys, light and dark, and the line that hears of commits.
import {count, empty, h, note, paged, person} from './dom.js';
import {get} from './api.js';
import {recent, revision, revisions} from './revisions.js';
import {node, node_heads, node_row, nodes} from './nodes.js';
import {template, templates} from './templates.js';
import {search} from './search.js';

const main = document.getElementById('main'), live = document.getElementById('live'), words = document.getElementById('words'), work = document.getElementById('work');

let newest;   // the revision that is shown

async function overview(to) {
  const [all, log, health] = await Promise.all([get('nodes'), get('revisions?limit=8'), get('health')]);
  document.title = 'Weft';
  newest = all.head;
  const seen = all.nodes.filter(n => n.lag !== 'never seen'), behind = seen.filter(n => n.lag), failed = all.nodes.filter(n => n.lag === 'failed');
  const tile = (n, text, href, kind = '') => h('a', {class: `tile ${kind}`, href}, h('b', {}, n.toLocaleString('en')), h('span', {}, text));
  to.append(h('h1', {}, 'Configuration'), h('p', {class: 'lead'}, health.status === 'ok' ? `${count(all.nodes.length, 'node')}, revision ${all.head}.` : `The server has a problem: ${health.reason}.`),
    h('div', {class: 'tiles'}, tile(all.nodes.length - behind.length - (all.nodes.length - seen.length), 'run what they should', '#/nodes?show=step', 'good'),
      tile(behind.length, 'are behind', '#/nodes?show=behind', behind.length ? 'warn' : ''), tile(failed.length, 'failed', '#/nodes?show=failed', failed.length ? 'bad' : ''),
      tile(all.nodes.length - seen.length, 'were never seen', '#/nodes?show=unseen')));
  if (behind.length) to.append(h('h2', {}, 'Behind', h('small', {}, behind.length)), paged(node_heads, behind, node_row, 8));
  to.append(h('h2', {}, 'Newest revisions'), log.revisions.length ? recent(log.revisions) : empty('Nothing was committed yet', h('span', {}, h('code', {}, 'cdb commit -m first templates/'), ' is the beginning.')));
}

// ---- addresses: #/node/NAME/path?key=value
const views = {'': overview, revisions, revision, nodes, node, templates, template, search};
let turn = 0;

function address() {
  const [path, rest = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const steps = path.split('/').map(s => { try { return decodeURIComponent(s); } catch { return s; } });
  const args = Object.fromEntries(new URLSearchParams(rest));
  const [view, ...more] = steps;
  if (view === 'revision') args.number = more[0];
  if (view === 'node') { args.name = more[0]; args.path = more.length > 1 ? '/' + more.slice(1).join('/') : ''; }
  if (view === 'template') args.path = more.join('/');
  return {view, args};
}

/** moved: somebody went there, by a link or a key, and is in the new view then. */
async function show(moved) {
  const {view, args} = address(), mine = ++turn;
  const page = h('div', {});
  const wait = h('div', {class: 'wait'});
  const slow = setTimeout(() => document.body.append(wait), 120);
  document.title = 'Weft';
  for (const a of document.querySelectorAll('#nav a')) {
    const of = {revision: 'revisions', node: 'nodes', template: 'templates'}[view] || view;
    if (a.getAttribute('href') === `#/${of}`) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  words.value = view === 'search' ? args.q || '' : '';
  main.dataset.state = 'busy';
  try {
    // Shown before it is filled, so that what it scrolls to can be scrolled to.
    main.replaceChildren(page);
    scrollTo(0, 0);
    if (!Object.hasOwn(views, view)) throw Object.assign(new Error(`There is no page '${view}'`), {hint: 'The address is wrong, or old.'});
    await views[view](page, args);
  } catch (e) {
    if (mine === turn) page.replaceChildren(h('div', {class: 'problem'}, h('b', {}, e.message), e.hint && h('div', {}, e.hint)));
    if (!e.status && !e.hint) console.error(e);
  } finally {
    clearTimeout(slow);
    wait.remove();
    if (mine === turn) {
      if (moved) main.focus({preventScroll: true});
      main.dataset.state = 'done';
    }
  }
}

// ---- events
// What is shown is renewed, but not under the hands of who types in it.
const renew = views => { if (views.includes(address().view) && !main.querySelector('input:focus')) show(); };
const again = () => renew(['', 'revisions']);
const at_work = commits => work.replaceChildren(...commits.map(c => h('div', {},
  h('progress', {max: c.objects || 1, value: c.compiled}), h('span', {}, person(c.author), c.check ? ' checks ' : ' commits ', h('b', {}, c.comment || 'without a comment')),
  h('span', {class: 'quiet'}, c.objects ? `${c.compiled.toLocaleString('en')} of ${count(c.objects, 'node')} compiled` : 'looks for the nodes it reaches'))));
function listen() {
  const stream = new EventSource('api/v1/events');
  const number = n => { live.querySelector('span').textContent = `Revision ${n}`; live.href = n ? `#/revision/${n}` : '#/revisions'; };
  stream.addEventListener('hello', e => {
    const r = JSON.parse(e.data);
    live.classList.add('on');
    number(r.revision);
    if (newest !== undefined && newest !== r.revision) again();   // missed while nobody listened
    newest = r.revision;
  });
  stream.addEventListener('revision', e => {
    const r = JSON.parse(e.data);
    number(newest = r.revision);
    note(`Revision ${r.revision}: ${r.comment || count(r.nodes.length, 'node') + ' changed'}`);
    again();
  });
  stream.addEventListener('work', e => at_work(JSON.parse(e.data).commits));
  let later;
  stream.addEventListener('report', () => { later ||= setTimeout(() => { later = 0; renew(['', 'nodes']); }, 3000); });
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    at_work([]);
    live.classList.remove('on'); live.querySelector('span').textContent = 'Not connected';
  };
}

// ---- light and dark
const sun = '<circle cx="12" cy="12" r="4.2"/><path d="M12 2.8v2M12 19.2v2M2.8 12h2M19.2 12h2M5.5 5.5l1.4 1.4M17.1 17.1l1.4 1.4M5.5 18.5l1.4-1.4M17.1 6.9l1.4-1.4"/>';
const moon = '<path d="M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2z"/>';
const system = matchMedia('(prefers-color-scheme: dark)');
function theme(choice) {
  const dark = (choice || (system.matches ? 'dark' : 'light')) === 'dark';
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.getElementById('theme').innerHTML = `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${dark ? sun : moon}</svg>`;
}
function other_theme() {
  const to = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('theme', to);
  theme(to);
}
theme(localStorage.getItem('theme'));
system.addEventListener('change', () => theme(localStorage.getItem('theme')));
document.getElementById('theme').addEventListener('click', other_theme);

// ---- keys
const keys = document.getElementById('keys');
const help = [['/', 'search'], ['g o', 'overview'], ['g r', 'revisions'], ['g n', 'nodes'], ['g t', 'templates'], ['j k', 'next, previous row'], ['Enter', 'open the row'],
  ['← →', 'close, open a branch of a tree'], ['t', 'light or dark'], ['?', 'this']];
keys.append(h('h2', {}, 'Keys'), h('table', {}, h('tbody', {}, help.map(([k, what]) => h('tr', {}, h('td', {}, h('kbd', {}, k)), h('td', {}, what))))));
let before = '';
function step(by) {
  const rows = [...main.querySelectorAll('tr[data-href]')], at = rows.findIndex(r => r.classList.contains('here'));
  const to = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  rows[at]?.classList.remove('here');
  to?.classList.add('here');
  to?.scrollIntoView({block: 'nearest'});
}
document.addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
  if (e.target.matches('input')) { if (e.key === 'Escape') e.target.blur(); return; }
  const pair = before + e.key, place = {go: '#/', gr: '#/revisions', gn: '#/nodes', gt: '#/templates'}[pair];
  before = e.key === 'g' ? 'g' : '';
  if (place) location.hash = place;
  else if (e.key === '/') words.focus();
  else if (e.key === '?') keys.showModal();
  else if (e.key === 't') other_theme();
  else if (e.key === 'j') step(1);
  else if (e.key === 'k') step(-1);
  else if (e.key === 'Enter' && !e.target.closest('a, button, summary')) { const r = main.querySelector('tr.here'); if (r) location.hash = r.dataset.href; else return; }
  else return;
  e.preventDefault();
});
document.getElementById('search').addEventListener('submit', e => {
  e.preventDefault();
  if (words.value.trim()) location.hash = `#/search?q=${encodeURIComponent(words.value.trim())}`;
});

// An address of the page is a view; the link to the content only moves the focus.
document.querySelector('.skip').addEventListener('click', e => {
  e.preventDefault();
  main.focus();
});
addEventListener('hashchange', () => show(true));
show();
listen();
