// Who should run what, who does, and who lags behind; then one node's whole tree, and where each value comes from.
import {address_is, ago, count, empty, h, note, paged, path_text, person, pill, row, state} from './dom.js';
import {get, lasting, query, text, url} from './api.js';
import {source} from './templates.js';
import {Tree} from './tree.js';

const kinds = {all: () => true, behind: n => n.lag && n.lag !== 'never seen', failed: n => n.lag === 'failed', unseen: n => n.lag === 'never seen', step: n => !n.lag};
const titles = {all: 'All', behind: 'Behind', failed: 'Failed', unseen: 'Never seen', step: 'In step'};

/** What failed in the last run of a node, and why, a line each; none where nothing did. */
export function failures(n) {
  const bad = (n.components || []).filter(c => c.status === 'failed').map(c => `${c.name}: ${c.message || 'failed, and does not say why'}`);
  if (bad.length || n.status !== 'failed') return bad;
  return [n.message || 'The last run failed, and its report names no component.'];
}

export function node_row(n) {
  const said = failures(n).join('; ') || n.message;
  return row(`#/node/${url(n.node)}`,
    h('td', {}, h('a', {href: `#/node/${url(n.node)}`}, n.node), said && h('span', {class: 'sub'}, said)),
    h('td', {}, state(n.lag)),
    h('td', {class: 'num'}, h('a', {href: `#/revision/${n.wanted}`}, n.wanted)),
    h('td', {class: 'num'}, n.has || h('span', {class: 'quiet'}, '–')),
    h('td', {class: 'num'}, n.runs || h('span', {class: 'quiet'}, '–')),
    h('td', {class: 'num'}, ago(n.fetched)));
}
export const node_heads = ['Node', 'State', ['Should run', 'num'], ['Has', 'num'], ['Runs', 'num'], ['Asked', 'num']];

export async function nodes(main, {show = 'all', filter = ''}) {
  const all = (await get('nodes')).nodes;
  const list = h('div', {}), states = h('div', {class: 'seg'});
  if (!Object.hasOwn(kinds, show)) show = 'all';
  const draw = words => {
    states.replaceChildren(...Object.keys(kinds).map(k => h('a', {href: `#/nodes?${query({show: k, filter: words})}`, 'aria-current': k === show && 'true'}, titles[k], h('b', {}, all.filter(kinds[k]).length))));
    const found = all.filter(n => kinds[show](n) && n.node.includes(words));
    list.replaceChildren(found.length ? paged(node_heads, found, node_row)
      : !all.length ? empty('No node yet', 'A node is an object template that the load path leads to.')
      : show === 'behind' || show === 'failed' ? empty('Nobody', 'Every node that was ever seen runs what it should.') : empty('No such node', 'Another word, or another state.'));
  };
  main.append(h('h1', {}, 'Nodes'), h('p', {class: 'lead'}, 'What each should run, what it fetched, what its agent says it runs.'),
    h('div', {class: 'tools'},
      states,
      h('input', {type: 'search', value: filter, placeholder: 'Part of a name', 'aria-label': 'Part of a name', oninput: e => {
        address_is(`#/nodes?${query({show, filter: e.target.value})}`);
        draw(e.target.value);
      }})),
    list);
  draw(filter);
}

/** What the side says of one path: its value, the template line that set it, who wrote that line, who else has it. */
async function explain(side, node, item, at) {
  const card = h('div', {class: 'card'}, h('h3', {}, item.kind), h('p', {class: 'path', title: item.path}, path_text(item.path)));
  side.replaceChildren(card);
  if (item.leaf) card.append(h('div', {class: 'big'}, String(item.value)));
  else card.append(h('p', {class: 'quiet'}, count(item.size, 'entry', 'entries')));
  if (item.from) {
    const [, file, line] = /^(.*?):(\d+)/.exec(item.from) || [, item.from, 1];
    card.append(h('h3', {}, 'Set in'), h('p', {}, h('a', {class: 'mono', href: `#/template/${url(file)}?${query({line, at})}`}, `${file}:${line}`)));
    try {
      const lines = (await lasting(`annotate/${url(file)}?at=${at}`)).lines;
      const l = lines[line - 1];
      card.append(source(lines.slice(Math.max(0, line - 4), +line + 3), {first: Math.max(1, line - 3), hit: +line}));
      if (l) card.append(h('p', {}, 'Line ', line, ' is from ', h('a', {href: `#/revision/${l.revision}`}, `revision ${l.revision}`), ' by ', person(l.author), ', ', ago(l.time), '.'));
    } catch {
      card.append(h('p', {class: 'quiet'}, 'The template is not there any more.'));
    }
  }
  if (item.leaf) card.append(h('p', {}, h('a', {href: `#/search?${query({q: item.path})}`}, 'This path on all nodes')),
    h('button', {class: 'button', type: 'button', onclick: () => navigator.clipboard.writeText(item.path).then(() => note('Path copied'))}, 'Copy path'));
}

export async function node(main, {name, path, filter = ''}) {
  const [status, profile, origins] = await Promise.all([
    get(`nodes/${url(name)}/status`), get(`profiles/${url(name)}?format=json`), text(`profiles/${url(name)}?format=origins`)]);
  const {head} = await get('revisions?limit=1');
  document.title = `${name} · Weft`;
  main.append(h('p', {class: 'crumb'}, h('a', {href: '#/nodes'}, 'Nodes')), h('h1', {}, name),
    h('p', {class: 'meta'}, state(status.lag), h('span', {}, 'should run ', h('a', {href: `#/revision/${status.wanted}`}, `revision ${status.wanted}`)),
      h('span', {}, 'has ', h('b', {}, status.has || 'nothing')), h('span', {}, 'runs ', h('b', {}, status.runs || 'unknown')),
      h('span', {}, 'asked ', ago(status.fetched), status.from && ` from ${status.from}`), h('span', {}, 'reported ', ago(status.reported))));
  const bad = failures(status);
  if (bad.length || status.message) main.append(h('div', {class: 'problem'}, (bad.length ? bad : [status.message]).map(line => h('div', {}, line))));
  if (status.components?.length) main.append(h('h2', {}, 'Components', h('small', {}, 'of the last run')),
    h('div', {class: 'pills'}, status.components.map(c => h('span', {title: c.message}, pill(c.name, c.status === 'ok' ? 'good' : c.status === 'failed' ? 'bad' : 'warn')))));

  const from = new Map(origins.split('\n').filter(Boolean).map(l => l.split('\t')));
  const side = h('aside', {class: 'side'}, h('div', {class: 'card'}, h('h3', {}, 'Where does a value come from?'), h('p', {class: 'quiet'}, 'Choose one: here stand the template and the line that set it, and who wrote it.')));
  const here = () => address_is(`#/node/${url(name)}${url(path)}${filter && '?' + query({filter})}`);
  const tree = new Tree(profile, from, {
    select: item => {
      path = item.path;
      here();
      explain(side, name, item, head);
    }});
  main.append(h('h2', {}, 'Configuration', h('small', {}, count(from.size, 'value') + ' with their origin')),
    h('div', {class: 'tools'}, h('input', {type: 'search', value: filter, placeholder: 'Part of a path or value', 'aria-label': 'Part of a path or value', oninput: e => {
      filter = e.target.value;
      here();
      tree.filter(filter);
    }}),
      h('button', {class: 'button', type: 'button', onclick: () => tree.all(true)}, 'Open all'), h('button', {class: 'button', type: 'button', onclick: () => tree.all(false)}, 'Close all'),
      h('a', {class: 'button', href: `profiles/${url(name)}.xml`}, 'XML'), h('a', {class: 'button', href: `profiles/${url(name)}.json`}, 'JSON')),
    h('div', {class: 'split'}, h('div', {class: 'card'}, tree.element), side));
  if (filter) tree.filter(filter);
  if (path) tree.reveal(path);
}
