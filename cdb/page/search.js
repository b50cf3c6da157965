// One box for everything: a word finds nodes, paths and values; a path pattern is that path on all nodes.
import {count, empty, h, paged, path_text, row} from './dom.js';
import {get, query, url} from './api.js';
import {node_heads, node_row} from './nodes.js';

const show = v => typeof v === 'string' ? v : JSON.stringify(v);

export async function search(main, {q = '', limit = 2000}) {
  const is_path = q.startsWith('/');
  document.title = `${q || 'Search'} · Weft`;
  main.append(h('p', {class: 'crumb'}, 'Search'), h('h1', {}, is_path ? path_text(q) : q || 'Everything'));
  if (!q) return main.append(h('p', {class: 'lead'}, 'A word, or a path such as ', h('code', {}, '/system/network/*/ip'), '.'));
  const [answer, all] = await Promise.all([
    get('query?' + query(is_path ? {path: q, limit} : {text: q, limit})),
    is_path ? {nodes: []} : get('nodes')]);
  const named = all.nodes.filter(n => n.node.includes(q));
  if (named.length) main.append(h('h2', {}, 'Nodes', h('small', {}, named.length)), paged(node_heads, named, node_row, 20));

  const groups = new Map();   // path and value -> nodes
  for (const r of answer.rows) {
    const key = r.path + '\0' + show(r.value);
    if (!groups.has(key)) groups.set(key, {path: r.path, value: r.value, nodes: []});
    groups.get(key).nodes.push(r.node);
  }
  const list = [...groups.values()].sort((a, b) => b.nodes.length - a.nodes.length);
  main.append(h('h2', {}, 'Values', h('small', {}, answer.complete ? `${count(list.length, 'value')} in ${count(answer.rows.length, 'place')}` : `the first ${count(answer.rows.length, 'place')}`)));
  if (!list.length) return main.append(empty('Nothing found', is_path ? h('span', {}, 'A ', h('code', {}, '*'), ' stands for one step, ', h('code', {}, '**'), ' for any number.') : 'No path or value has these words in it.'));
  main.append(paged(['Path', 'Value', ['Nodes', 'num']], list, g => row(`#/node/${url(g.nodes[0])}${g.path}`,
    h('td', {class: 'mono wide', title: g.path}, h('a', {href: `#/search?${query({q: g.path})}`}, path_text(g.path))),
    h('td', {class: 'mono'}, show(g.value).slice(0, 300)),
    h('td', {class: 'num', title: g.nodes.slice(0, 50).join('\n')}, g.nodes.length === 1 ? h('a', {href: `#/node/${url(g.nodes[0])}${g.path}`}, g.nodes[0]) : count(g.nodes.length, 'node')))));
  if (!answer.complete) main.append(h('a', {class: 'button more', href: `#/search?${query({q, limit: limit * 10})}`}, 'Look for more'));
}
