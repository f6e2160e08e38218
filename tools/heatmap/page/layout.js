// A place on the schematic for each district: a grid of cells, each district in the one that costs all of them the least way
// from where the gazetteer has it.  Deterministic: the same districts lie the same on every device.

// Between even spacing by rank and true distance: without the first the valley of Peshawar would have all the crowd and the
// mountains all the paper.
const evenness = 0.6;

function spread(values, cells) {
	const low = Math.min(...values), high = Math.max(...values), order = [...values].sort((a, b) => a - b);
	return values.map(value => {
		const plain = high > low ? (value - low) / (high - low) : 0.5;
		const rank = values.length > 1 ? (order.indexOf(value) + order.lastIndexOf(value)) / 2 / (values.length - 1) : 0.5;
		return (plain * (1 - evenness) + rank * evenness) * (cells - 1);
	});
}

// The assignment of rows to columns (as many or more) with the least sum of costs, by shortest augmenting paths.
export function assign(cost) {
	const n = cost.length, m = n ? cost[0].length : 0;
	const u = new Array(n + 1).fill(0), v = new Array(m + 1).fill(0), rowOf = new Array(m + 1).fill(0);
	for (let row = 1; row <= n; row++) {
		const least = new Array(m + 1).fill(Infinity), seen = new Array(m + 1).fill(false), came = new Array(m + 1).fill(0);
		let at = 0;
		rowOf[0] = row;
		do {
			const here = rowOf[at];
			let delta = Infinity, next = 0;
			seen[at] = true;
			for (let j = 1; j <= m; j++) {
				if (seen[j])
					continue;
				const way = cost[here - 1][j - 1] - u[here] - v[j];
				if (way < least[j])
					[least[j], came[j]] = [way, at];
				if (least[j] < delta)
					[delta, next] = [least[j], j];
			}
			for (let j = 0; j <= m; j++)
				if (seen[j]) {
					u[rowOf[j]] += delta;
					v[j] -= delta;
				} else {
					least[j] -= delta;
				}
			at = next;
		} while (rowOf[at] !== 0);
		for (; at; at = came[at])
			rowOf[at] = rowOf[came[at]];
	}
	const found = new Array(n);
	for (let j = 1; j <= m; j++)
		if (rowOf[j])
			found[rowOf[j] - 1] = j - 1;
	return found;
}

// {places: Map of code to {column, row}, columns, rows}; a third of the cells stays empty, so that the land keeps its shape.
export function lay(districts, columns) {
	const known = districts.filter(one => Number.isFinite(one.lat) && Number.isFinite(one.lon)).sort((a, b) => a.code < b.code ? -1 : 1);
	const rows = Math.max(1, Math.ceil(known.length * 1.35 / columns));
	const x = spread(known.map(one => one.lon), columns), y = spread(known.map(one => -one.lat), rows);
	const cost = known.map((_, i) => Array.from({length: columns * rows}, (__, cell) =>
		(cell % columns - x[i]) ** 2 + (Math.floor(cell / columns) - y[i]) ** 2));
	const places = new Map(assign(cost).map((cell, i) => [known[i].code, {column: cell % columns, row: Math.floor(cell / columns)}]));
	return {places, columns, rows};
}
