// A profile as a tree that the arrow keys walk: rows are made when their parent opens.
import {count, h, readable} from './dom.js';

const kind_of = v => Array.isArray(v) ? 'list' : v !== null && typeof v === 'object' ? 'dict' : typeof v === 'number' ? 'number' : typeof v;
const entries = v => Array.isArray(v) ? v.map((c, i) => [String(i), c]) : Object.entries(v);

export class Tree {
  constructor(root, from, {select}) {
    this.root = root;
    this.from = from;
    this.on_select = select;
    this.open = new Set(['']);
    for (const [key] of entries(root)) if (entries(root).length <= 6) this.open.add('/' + key);
    this.words = '';
    this.element = h('div', {class: 'tree', role: 'tree', tabindex: 0, 'aria-label': 'Configuration', onkeydown: e => this.key(e)});
    this.draw();
  }

  /** Does anything at or below fit the words? */
  fits(path, v) {
    if (!this.words || path.toLowerCase().includes(this.words)) return true;
    return v !== null && typeof v === 'object' ? entries(v).some(([k, c]) => this.fits(`${path}/${k}`, c)) : String(v).toLowerCase().includes(this.words);
  }

  draw() {
    this.items = [];
    const walk = (path, v, depth) => {
      for (const [key, child] of entries(v)) {
        const at = `${path}/${key}`, kind = kind_of(child), leaf = kind !== 'list' && kind !== 'dict';
        if (!this.fits(at, child)) continue;
        const item = {path: at, key, value: child, kind, leaf, depth, from: this.from.get(at), size: leaf ? 0 : entries(child).length};
        item.opened = !leaf && (this.open.has(at) || this.words !== '');
        this.items.push(item);
        if (item.opened) walk(at, child, depth + 1);
        if (this.items.length > 20000) return;
      }
    };
    walk('', this.root, 0);
    this.element.replaceChildren(...this.items.map(i => this.row(i)));
    if (!this.items.length) this.element.append(h('p', {class: 'row quiet', depth: 0}, 'Nothing has these words in it'));
  }

  row(item) {
    const {leaf, kind, value} = item;
    return item.row = h('div', {class: leaf ? 'row leaf' : 'row', role: 'treeitem', depth: item.depth, 'aria-level': item.depth + 1, 'aria-expanded': leaf ? null : String(item.opened),
      'aria-selected': String(item.path === this.selected), onclick: () => { if (!leaf) this.toggle(item); this.select(item.path); this.element.focus({preventScroll: true}); }},
      h('span', {class: 'twist'}), h('span', {class: 'key', title: item.key}, readable(item.key)),
      leaf ? h('span', {class: `value ${kind}`, title: String(value)}, kind === 'string' ? JSON.stringify(value) : String(value)) : h('span', {class: 'count'}, kind === 'list' ? count(item.size, 'item') : ''),
      item.from && h('span', {class: 'from', title: item.from}, item.from.replace(/:\d+$/, '')));
  }

  toggle(item, open = !this.open.has(item.path)) {
    if (open) this.open.add(item.path);
    else this.open.delete(item.path);
    this.draw();
  }

  select(path) {
    this.selected = path;
    const item = this.items.find(i => i.path === path);
    this.element.querySelector('[aria-selected=true]')?.setAttribute('aria-selected', 'false');
    if (!item) return;
    item.row.setAttribute('aria-selected', 'true');
    this.on_select(item);
    return item;
  }

  reveal(path) {
    const steps = path.split('/').slice(1);
    for (let i = 1; i <= steps.length; i++) this.open.add('/' + steps.slice(0, i).join('/'));
    this.draw();
    const item = this.select(path);
    item?.row.scrollIntoView({block: 'center'});
  }

  filter(words) { this.words = words.toLowerCase(); this.draw(); }

  all(open) {
    this.open = new Set(['']);
    const walk = (path, v) => { for (const [k, c] of entries(v)) if (c !== null && typeof c === 'object') { this.open.add(`${path}/${k}`); walk(`${path}/${k}`, c); } };
    if (open) walk('', this.root);
    this.draw();
  }

  key(e) {
    const at = this.items.findIndex(i => i.path === this.selected), item = this.items[at];
    const go = i => { const to = this.items[Math.max(0, Math.min(this.items.length - 1, i))]; if (to) { this.select(to.path); to.row.scrollIntoView({block: 'nearest'}); } };
    if (e.key === 'ArrowDown' || e.key === 'j') go(at + 1);
    else if (e.key === 'ArrowUp' || e.key === 'k') go(at - 1);
    else if (e.key === 'Home') go(0);
    else if (e.key === 'End') go(this.items.length - 1);
    else if (e.key === 'ArrowRight' && item && !item.leaf) { if (item.opened) go(at + 1); else { this.toggle(item, true); this.select(item.path); } }
    else if (e.key === 'ArrowLeft' && item) {
      if (item.opened) { this.toggle(item, false); this.select(item.path); }
      else go(this.items.findIndex(i => i.path === item.path.slice(0, item.path.lastIndexOf('/'))));
    } else if (e.key === 'Enter' && item && !item.leaf) { this.toggle(item); this.select(item.path); }
    else return;
    e.preventDefault();
    e.stopPropagation();
  }
}
