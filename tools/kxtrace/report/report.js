// SPDX-License-Identifier: GPL-2.0-only
// The page of kxtrace --report. Texts of the trace become text nodes, never markup.
'use strict';
(() => {
const data = JSON.parse(document.getElementById('data').textContent);
const $ = (id) => document.getElementById(id);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function element(tag, properties = {}, ...children) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(properties)) {
		if (name in e)
			e[name] = value;
		else
			e.setAttribute(name, value);
	}
	e.append(...children);
	return e;
}

// ---- Numbers ----

const number = (n) => n.toLocaleString('en');
const short = (n) => n >= 1e9 ? `${n / 1e9} G` : n >= 1e6 ? `${n / 1e6} M` : n >= 1e3 ? `${n / 1e3} k` : `${n}`;
const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;

function duration(ns) {
	for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['µs', 1e3]]) {
		if (ns >= size) {
			const n = ns / size;
			return `${n.toFixed(n >= 100 ? 0 : n >= 10 ? 1 : 2)} ${unit}`;
		}
	}
	return `${Math.round(ns)} ns`;
}

const sum = (rows, i) => rows.reduce((total, row) => total + row[i], 0);

// The end of the step in which the part `p` of all calls lies.
function quantile(buckets, p) {
	const all = buckets.reduce((a, b) => a + b, 0);
	let seen = 0;
	for (let i = 0; i < buckets.length; i++) {
		seen += buckets[i];
		if (seen >= all * p)
			return 2 ** i;
	}
	return 0;
}

// ---- Head, loss, cards ----

function showHead() {
	const what = data.command.length ? data.command.join(' ') :
		data.pids.length ? `-p ${data.pids.join(',')}` : '';
	$('command').textContent = what.length > 300 ? `${what.slice(0, 300)}…` : what;
	document.title = `kxtrace ${what}`.slice(0, 120);
	const begin = new Date(Number(BigInt(data.epoch_ns) / 1000000n));
	$('when').textContent = data.calls.length ?
		`${begin.toLocaleString()} · ${duration(data.span_ns)} from the first call to the last` :
		'No call was seen.';
}

function showLoss() {
	const losses = [
		[data.dropped, 'record was dropped', 'records were dropped'],
		[data.uncaptured, 'call is shown without its memory', 'calls are shown without their memory'],
		[data.unfollowed, 'new task was not followed', 'new tasks were not followed'],
		[data.lost_signals, 'ignored signal is not shown', 'ignored signals are not shown'],
		[data.over_rate, 'call was over the rate', 'calls were over the rate'],
		[data.left_out, 'entry found no place here', 'entries found no place here'],
	].filter(([n]) => n);
	const box = $('loss');
	if (!losses.length) {
		box.className = 'good';
		box.textContent = `✓ Nothing was lost: all ${number(data.seen)} records are in this report.`;
		return;
	}
	box.className = 'bad';
	box.append('This report is not complete' + (data.dropped ?
		`: of ${plural(data.seen, 'record', 'records')}, ${number(data.dropped)} were lost.` : '.'),
		element('ul', {}, ...losses.map(([n, one, many]) => element('li', { textContent: plural(n, one, many) }))));
}

function showCards() {
	const calls = sum(data.calls, 1), errors = sum(data.calls, 2), ns = sum(data.calls, 3);
	const pids = new Set(data.lanes.map((lane) => lane.pid)).size;
	const cards = [
		['calls', 'Calls', calls, number(calls),
			data.span_ns ? `${number(Math.round(calls / (data.span_ns / 1e9)))} a second` : ''],
		['errors', 'Failed', errors, number(errors),
			calls ? `${(100 * errors / calls).toFixed(1)} % of calls` : ''],
		['time', 'Time in calls', ns, duration(ns), 'of all tasks together'],
		['span', 'Duration', data.span_ns, duration(data.span_ns), 'first call to last'],
		['processes', 'Processes', pids, number(pids), plural(data.lanes.length, 'task', 'tasks')],
		['signals', 'Signals', data.signals, number(data.signals), ''],
		['lost', 'Lost', data.dropped, number(data.dropped),
			`of ${plural(data.seen, 'record', 'records')}`, data.dropped > 0],
	];
	for (const [id, label, value, text, more, bad] of cards)
		$('cards').append(element('div', { className: bad ? 'card bad' : 'card', id: `card-${id}`, 'data-value': value },
			element('div', { className: 'label', textContent: label }),
			element('div', { className: 'value', textContent: text }),
			element('div', { className: 'more', textContent: more })));
}

// ---- Tables ----

const FIRST_ROWS = 100;

// columns: { label, value(row), text(value, row), style, share, words: sorted as text }
function table(section, columns, rows, sorted, pick) {
	const box = section.querySelector('.scroll'), filter = section.querySelector('input');
	const body = element('tbody'), heads = columns.map(head);
	const more = element('button', { type: 'button', className: 'all', hidden: true });
	let by = sorted, down = !columns[sorted].words, limit = FIRST_ROWS, picked;
	const most = columns.map((c) => c.share ? Math.max(1, ...rows.map(c.value)) : 0);

	function head(column, i) {
		const button = element('button', { type: 'button', textContent: column.label });
		button.onclick = () => {
			down = by === i ? !down : !column.words;
			by = i;
			show();
		};
		return element('th', { scope: 'col', className: column.words ? 'left' : '' }, button);
	}

	function cell(column, i, row) {
		const value = column.value(row);
		const text = column.text ? column.text(value, row) : String(value);
		const td = element('td', { className: column.style ?? '', textContent: text });
		if (column.bad && value)
			td.classList.add('bad');
		if (column.share) {
			td.classList.add('share');
			td.style.setProperty('--share', `${100 * value / most[i]}%`);
		}
		return td;
	}

	function line(row) {
		const tr = element('tr', {}, ...columns.map((column, i) => cell(column, i, row)));
		if (!pick)
			return tr;
		tr.className = row === picked ? 'pick picked' : 'pick';
		tr.onclick = () => {
			picked = row;
			pick(row);
			show();
		};
		return tr;
	}

	function compare(a, b) {
		const x = columns[by].value(a), y = columns[by].value(b);
		const order = columns[by].words ? String(x).localeCompare(String(y)) : x - y;
		return down ? -order : order;
	}

	function show() {
		const word = filter.value.toLowerCase();
		const found = rows.filter((row) => !word || columns.some((c) => c.words &&
			String(c.value(row)).toLowerCase().includes(word))).sort(compare);
		heads.forEach((th, i) => i === by ?
			th.setAttribute('aria-sort', down ? 'descending' : 'ascending') :
			th.removeAttribute('aria-sort'));
		body.replaceChildren(...found.slice(0, limit).map(line));
		if (!found.length)
			body.append(element('tr', {}, element('td', { className: 'empty left',
				colSpan: columns.length, textContent: rows.length ? 'nothing matches' : 'none' })));
		more.hidden = found.length <= limit;
		more.textContent = `show all ${number(found.length)}`;
	}

	more.onclick = () => {
		limit = Infinity;
		show();
	};
	filter.oninput = show;
	box.append(element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body), more);
	show();
}

function showTables() {
	const calls = data.calls;
	table($('calls'), [
		{ label: 'Call', value: (r) => r[0], words: true, style: 'name' },
		{ label: 'Calls', value: (r) => r[1], text: number },
		{ label: 'Failed', value: (r) => r[2], text: (n) => n ? number(n) : '', bad: true },
		{ label: 'Time', value: (r) => r[3], text: duration, share: true },
		{ label: 'Mean', value: (r) => r[3] / r[1], text: duration },
		{ label: 'p50 ≤', value: (r) => Math.min(quantile(r[5], 0.5), r[4]), text: duration },
		{ label: 'p99 ≤', value: (r) => Math.min(quantile(r[5], 0.99), r[4]), text: duration },
		{ label: 'Longest', value: (r) => r[4], text: duration },
	], calls, 3, (row) => showHistogram(row[0]));
	table($('slow'), [
		{ label: 'Time', value: (r) => r[0], text: duration, share: true },
		{ label: 'At', value: (r) => r[1], text: duration },
		{ label: 'Task', value: (r) => r[3], text: String },
		{ label: 'Call', value: (r) => r[5], words: true, style: 'line' },
	], data.slow, 0);
	table($('processes'), [
		{ label: 'Process', value: (r) => r.name, words: true, style: 'name' },
		{ label: 'Number', value: (r) => r.pid, text: (n) => n ? String(n) : '' },
		{ label: 'Parent', value: (r) => r.ppid ?? 0, text: (n) => n ? String(n) : '' },
		{ label: 'User', value: (r) => r.uid ?? -1, text: (n) => n < 0 ? '' : String(n) },
		{ label: 'Cgroup', value: (r) => r.cgroup ?? 0, text: (n) => n ? String(n) : '' },
		{ label: 'Tasks', value: (r) => r.tasks, text: number },
		{ label: 'Calls', value: (r) => r.calls, text: number },
		{ label: 'Failed', value: (r) => r.errors, text: (n) => n ? number(n) : '', bad: true },
		{ label: 'Time', value: (r) => r.ns, text: duration, share: true },
	], processes(), 8);
	table($('errors'), [
		{ label: 'Error', value: (r) => r[0].split('\t')[0], words: true, style: 'name' },
		{ label: 'Call', value: (r) => r[0].split('\t')[1] ?? '', words: true, style: 'name' },
		{ label: 'Times', value: (r) => r[1], text: number, share: true },
	], data.errors, 2);
	table($('files'), [
		{ label: 'File', value: (r) => r[0], words: true, style: 'path' },
		{ label: 'Calls', value: (r) => r[1], text: number, share: true },
		{ label: 'Failed', value: (r) => r[2], text: (n) => n ? number(n) : '', bad: true },
		{ label: 'Time', value: (r) => r[3], text: duration },
	], data.files, 1);
	if (data.nr_files > data.files.length)
		$('files-hint').textContent = `The ${data.files.length} most used of ${number(data.nr_files)}.`;
}

function processes() {
	const found = new Map();
	for (const lane of data.lanes) {
		const row = found.get(lane.pid) ?? { pid: lane.pid, name: '', tasks: 0, calls: 0, errors: 0, ns: 0 };
		if (lane.name && (lane.tid === lane.pid || !row.name))
			row.name = lane.name;
		if (lane.uid !== undefined && (lane.tid === lane.pid || row.uid === undefined))
			Object.assign(row, { ppid: lane.ppid, uid: lane.uid, cgroup: lane.cgroup });
		row.tasks++;
		row.calls += lane.calls;
		row.errors += lane.errors;
		row.ns += lane.ns;
		found.set(lane.pid, row);
	}
	return [...found.values()].map((row) => ({ ...row, name: row.name || `pid ${row.pid}` }));
}

// ---- Histogram ----

const ALL = 'all calls';

function bucketsOf(name) {
	if (name !== ALL)
		return data.calls.find((row) => row[0] === name)?.[5] ?? [];
	const all = [];
	for (const row of data.calls)
		row[5].forEach((n, i) => { all[i] = (all[i] ?? 0) + n; });
	return Array.from(all, (n) => n ?? 0);
}

function svg(tag, attributes, ...children) {
	const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
	for (const [name, value] of Object.entries(attributes))
		e.setAttribute(name, value);
	e.append(...children);
	return e;
}

function showHistogram(name) {
	const buckets = bucketsOf(name), first = buckets.findIndex((n) => n > 0);
	const select = document.querySelector('#histogram select');
	select.value = name;
	$('bars').replaceChildren();
	$('histogram-hint').textContent = '';
	if (first < 0) {
		$('bars').append(element('div', { className: 'empty', textContent: 'none' }));
		return;
	}
	// At least so many steps, so that one bar is not as wide as the page.
	const from = Math.max(0, Math.min(first, buckets.length - 12)), nr = Math.max(buckets.length - from, 12);
	const width = 480, height = 250, left = 44, bottom = 26, top = 8;
	const high = Math.log10(Math.max(...buckets)) + 0.3, step = (width - left) / nr;
	const y = (n) => top + (height - top - bottom) * (1 - (n ? (Math.log10(n) + 0.3) / (high + 0.3) : 0));
	const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img',
		'aria-label': `Histogram of the time of ${name}` });
	for (let n = 1; n <= Math.max(...buckets) * 1.5; n *= 10)
		picture.append(svg('line', { x1: left, x2: width, y1: y(n), y2: y(n) }),
			svg('text', { x: left - 6, y: y(n) + 4, 'text-anchor': 'end' }, short(n)));
	for (let i = from; i < from + nr; i++) {
		const n = buckets[i] ?? 0, x = left + (i - from) * step;
		const range = `${duration(i ? 2 ** (i - 1) : 0)} to ${duration(2 ** i)}`;
		const zone = svg('g', {}, svg('rect', { class: 'bar', x: x + 1, width: Math.max(1, step - 2), y: y(n),
			height: Math.max(0, height - bottom - y(n)), rx: 2, 'data-calls': n }),
			svg('rect', { class: 'zone', x, width: step, y: top, height: height - top - bottom }));
		zone.addEventListener('pointermove', (event) => tip(event, `${plural(n, 'call', 'calls')}\n${range}`));
		zone.addEventListener('pointerleave', hideTip);
		picture.append(zone);
	}
	for (const [ns, label] of [[1, '1 ns'], [1e3, '1 µs'], [1e6, '1 ms'], [1e9, '1 s']]) {
		const x = left + (Math.log2(ns) + 1 - from) * step;
		if (x >= left && x < width - 10)
			picture.append(svg('line', { x1: x, x2: x, y1: height - bottom, y2: height - bottom + 5 }),
				svg('text', { x, y: height - 8, 'text-anchor': x < left + 16 ? 'start' : 'middle' }, label));
	}
	$('bars').append(picture);
	$('histogram-hint').textContent = `${name}: half took up to ${duration(quantile(buckets, 0.5))}, ` +
		`99 % up to ${duration(quantile(buckets, 0.99))}. Both axes are logarithmic.`;
}

function showHistograms() {
	const select = document.querySelector('#histogram select');
	for (const name of [ALL, ...data.calls.map((row) => row[0])])
		select.append(element('option', { textContent: name }));
	select.onchange = () => showHistogram(select.value);
	showHistogram(ALL);
}

// ---- Tip ----

function tip(event, text) {
	const box = $('tip');
	box.textContent = text;
	box.hidden = false;
	const x = Math.min(event.clientX + 14, innerWidth - box.offsetWidth - 8);
	const y = event.clientY + 18 + box.offsetHeight > innerHeight ?
		event.clientY - box.offsetHeight - 12 : event.clientY + 18;
	box.style.left = `${Math.max(4, x)}px`;
	box.style.top = `${Math.max(4, y)}px`;
}

function hideTip() {
	$('tip').hidden = true;
}

// ---- Time line ----

const COLOURS = ['#3f7ee8', '#e08a1e', '#2e9e6b', '#a35fd0', '#d5527f', '#1a9bb0', '#9a7b2f', '#7a6ff0', '#5b9f1f', '#c2583a'];
const OTHER = '#8993a3';
const ROW = 22, LABEL_LEAST = 96;

function decodeLane(lane) {
	const s = lane.spans, n = s.length / 4;
	const spans = { begin: new Float64Array(n), end: new Float64Array(n), nr: new Int32Array(n),
		calls: new Uint32Array(n), failed: new Uint8Array(n) };
	let last = 0;
	for (let i = 0; i < n; i++) {
		spans.begin[i] = last + s[4 * i];
		last = spans.end[i] = spans.begin[i] + s[4 * i + 1];
		spans.failed[i] = s[4 * i + 2] < 0 ? 1 : 0;
		spans.nr[i] = s[4 * i + 2] < 0 ? -1 - s[4 * i + 2] : s[4 * i + 2];
		spans.calls[i] = s[4 * i + 3];
	}
	delete lane.spans;
	return { ...lane, spans, label: `${lane.name || 'task'} ${lane.tid || ''}` };
}

function showTimeline() {
	const lanes = data.lanes.map(decodeLane);
	const whole = Math.max(1, data.span_ns / data.unit);
	const box = $('lanes'), canvas = $('canvas'), axis = $('axis');
	const colours = new Map(data.calls.slice(0, COLOURS.length).map((row, i) => [row[0], COLOURS[i]]));
	const nameOf = (nr) => data.names[nr] ?? 'unknown call';
	const colourOf = (nr) => colours.get(nameOf(nr)) ?? OTHER;
	let view = { from: 0, to: whole }, width = 0, label = 0, queued = false, hovered;

	for (const [name, colour] of colours)
		$('legend').append(element('span', {}, element('i', { style: `background:${colour}` }), name));
	if (data.calls.length > colours.size)
		$('legend').append(element('span', {}, element('i', { style: `background:${OTHER}` }), 'others'));
	$('legend').append(element('span', {}, element('i', { style: 'background:var(--bad);height:4px;vertical-align:middle' }), 'failed'));
	$('timeline-hint').textContent = 'Zoom: Ctrl and the wheel, a pinch, + and −. Move: drag, arrow keys.' +
		(data.resolution ? ` Calls closer than ${duration(data.resolution)} are put together.` : '');
	$('lanes-size').style.height = `${Math.max(1, lanes.length) * ROW}px`;

	const xOf = (t) => label + (t - view.from) / (view.to - view.from) * (width - label);
	const timeAt = (x) => view.from + (x - label) / (width - label) * (view.to - view.from);

	function prepare(target, height) {
		const ratio = devicePixelRatio || 1;
		target.width = Math.round(width * ratio);
		target.height = Math.round(height * ratio);
		target.style.height = `${height}px`;
		const context = target.getContext('2d');
		context.scale(ratio, ratio);
		context.font = '12px system-ui, "DejaVu Sans", sans-serif';
		context.textBaseline = 'middle';
		return context;
	}

	function ticks() {
		const span = (view.to - view.from) * data.unit, room = Math.max(2, (width - label) / 90);
		const rough = span / room, size = 10 ** Math.floor(Math.log10(rough));
		const step = [1, 2, 5, 10].map((n) => n * size).find((n) => n >= rough);
		const found = [];
		for (let t = Math.ceil(view.from * data.unit / step) * step; t <= view.to * data.unit; t += step)
			found.push(t);
		return found;
	}

	function drawAxis(found) {
		const context = prepare(axis, 20);
		context.fillStyle = css('--soft');
		for (const t of found) {
			const x = xOf(t / data.unit), text = t ? duration(t) : '0';
			const half = context.measureText(text).width / 2;
			context.fillText(text, Math.min(Math.max(x - half, label), width - 2 * half), 10);
		}
	}

	function firstVisible(spans, t) {
		let low = 0, high = spans.end.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (spans.end[middle] < t)
				low = middle + 1;
			else
				high = middle;
		}
		return low;
	}

	function drawLane(context, lane, y, colour) {
		const spans = lane.spans;
		context.fillStyle = colour.lane;
		context.fillRect(label, y + 2, width - label, ROW - 4);
		for (let i = firstVisible(spans, view.from); i < spans.begin.length && spans.begin[i] <= view.to; i++) {
			const x = Math.max(label, xOf(spans.begin[i]));
			const w = Math.max(1, Math.min(width, xOf(spans.end[i])) - x);
			context.fillStyle = colourOf(spans.nr[i]);
			context.fillRect(x, y + 2, w, ROW - 4);
			if (spans.failed[i]) {
				context.fillStyle = colour.bad;
				context.fillRect(x, y + ROW - 6, w, 4);
			}
		}
		if (hovered?.lane === lane) {
			context.strokeStyle = colour.text;
			const x = xOf(spans.begin[hovered.at]);
			context.strokeRect(x - 1, y + 1.5, Math.max(3, xOf(spans.end[hovered.at]) - x + 2), ROW - 3);
		}
		context.fillStyle = colour.card;
		context.fillRect(0, y, label, ROW);
		context.fillStyle = colour.text;
		context.fillText(lane.label, 2, y + ROW / 2, label - 8);
	}

	function draw() {
		queued = false;
		width = box.clientWidth;
		label = Math.max(LABEL_LEAST, Math.min(190, width * 0.16));
		const height = Math.max(ROW, Math.min(box.clientHeight, lanes.length * ROW));
		const context = prepare(canvas, height), found = ticks();
		const colour = { lane: css('--lane'), bad: css('--bad'), card: css('--card'), text: css('--text') };
		const first = Math.floor(box.scrollTop / ROW);
		context.clearRect(0, 0, width, height);
		for (let i = first; i < lanes.length && (i - first) * ROW < height + ROW; i++)
			drawLane(context, lanes[i], i * ROW - box.scrollTop, colour);
		context.fillStyle = css('--line');
		for (const t of found)
			context.fillRect(xOf(t / data.unit), 0, 1, height);
		drawAxis(found);
		canvas.dataset.drawn = lanes.length;
	}

	function redraw() {
		if (!queued)
			requestAnimationFrame(draw);
		queued = true;
	}

	function look(from, to) {
		const size = Math.min(whole, Math.max(20, to - from));
		const begin = Math.min(Math.max(0, from), whole - size);
		view = { from: begin, to: begin + size };
		redraw();
	}

	function zoom(factor, x = (width + label) / 2) {
		const t = timeAt(x);
		look(t - (t - view.from) * factor, t + (view.to - t) * factor);
	}

	function find(event) {
		const place = canvas.getBoundingClientRect();
		const lane = lanes[Math.floor((event.clientY - place.top + box.scrollTop) / ROW)];
		const t = timeAt(event.clientX - place.left), near = 4 * (view.to - view.from) / (width - label);
		if (!lane || event.clientX - place.left < label)
			return undefined;
		let best, least = near;
		const spans = lane.spans;
		for (let i = firstVisible(spans, t - near); i < spans.begin.length && spans.begin[i] <= t + near; i++) {
			const far = t < spans.begin[i] ? spans.begin[i] - t : t > spans.end[i] ? t - spans.end[i] : 0;
			if (far < least || (far === 0 && best === undefined)) {
				best = i;
				least = far;
			}
		}
		return best === undefined ? undefined : { lane, at: best };
	}

	function describe({ lane, at }) {
		const s = lane.spans, name = nameOf(s.nr[at]);
		const what = s.calls[at] > 1 ? `${number(s.calls[at])} calls, the longest ${name}` : name;
		return `${what}${s.failed[at] ? s.calls[at] > 1 ? ', some failed' : ', failed' : ''}\n` +
			`${duration((s.end[at] - s.begin[at]) * data.unit)}, at ${duration(s.begin[at] * data.unit)}\n${lane.label}`;
	}

	// Pointers that are down, by id: one drags, two pinch.
	const down = new Map();
	box.addEventListener('pointerdown', (event) => {
		down.set(event.pointerId, event.clientX);
		if (event.pointerType === 'mouse')
			box.setPointerCapture(event.pointerId);
	});
	box.addEventListener('pointermove', (event) => {
		const before = down.get(event.pointerId), left = canvas.getBoundingClientRect().left;
		if (before === undefined) {
			hovered = find(event);
			if (hovered)
				tip(event, describe(hovered));
			else
				hideTip();
			redraw();
			return;
		}
		const others = [...down].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
		if (others.length && Math.abs(event.clientX - others[0]) > 8)
			zoom(Math.abs(before - others[0]) / Math.abs(event.clientX - others[0]), (event.clientX + others[0]) / 2 - left);
		else if (!others.length) {
			const by = timeAt(before) - timeAt(event.clientX);
			look(view.from + by, view.to + by);
			box.classList.add('dragging');
		}
		down.set(event.pointerId, event.clientX);
		hideTip();
	});
	const up = (event) => {
		down.delete(event.pointerId);
		box.classList.remove('dragging');
	};
	box.addEventListener('pointerup', up);
	box.addEventListener('pointercancel', up);
	box.addEventListener('pointerleave', () => {
		hovered = undefined;
		hideTip();
		redraw();
	});
	box.addEventListener('wheel', (event) => {
		if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) < Math.abs(event.deltaY))
			return;
		event.preventDefault();
		if (event.ctrlKey || event.metaKey) {
			zoom(1.002 ** event.deltaY, event.clientX - canvas.getBoundingClientRect().left);
		} else {
			const by = event.deltaX / (width - label) * (view.to - view.from);
			look(view.from + by, view.to + by);
		}
	}, { passive: false });
	box.addEventListener('dblclick', (event) => zoom(0.4, event.clientX - canvas.getBoundingClientRect().left));
	box.addEventListener('keydown', (event) => {
		const by = (view.to - view.from) / 5;
		if (event.key === '+' || event.key === '=')
			zoom(0.6);
		else if (event.key === '-')
			zoom(1 / 0.6);
		else if (event.key === 'ArrowLeft')
			look(view.from - by, view.to - by);
		else if (event.key === 'ArrowRight')
			look(view.from + by, view.to + by);
		else
			return;
		event.preventDefault();
	});
	box.addEventListener('scroll', redraw);
	$('zoom-in').onclick = () => zoom(0.5);
	$('zoom-out').onclick = () => zoom(2);
	$('zoom-all').onclick = () => look(0, whole);
	addEventListener('resize', redraw);
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
	draw();
}

showHead();
showLoss();
showCards();
showTables();
showHistograms();
showTimeline();
document.body.dataset.ready = 'yes';
})();
