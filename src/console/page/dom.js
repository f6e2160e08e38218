// Elements from words, and a tree patched into the one that stands: what is focused or typed stays.

const svgNames = "http://www.w3.org/2000/svg";
const svgOnes = new Set(["svg", "path", "g", "rect", "circle", "line", "text", "tspan", "defs", "pattern"]);

// h("button", {type: "button"}, "Take", ...): attributes are texts; false, null and undefined are left out.  "svg:a" is
// the drawing's own of two elements with one name.
export function h(name, attributes, ...children) {
	const drawn = svgOnes.has(name) || name.startsWith("svg:");
	const node = drawn ? document.createElementNS(svgNames, name.replace("svg:", "")) : document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {})) {
		if (value === false || value === null || value === undefined)
			continue;
		if (key === "value" && !drawn)
			node.value = value;
		if (key !== "value" || name === "option" || name === "button" || name === "progress")
			node.setAttribute(key, value === true ? "" : value);
	}
	for (const child of children.flat(9))
		if (child !== null && child !== undefined && child !== false)
			node.append(child);
	if (name === "select" && attributes && "value" in attributes)
		node.value = attributes.value;
	return node;
}

function sameKind(a, b) {
	return a.nodeType === b.nodeType && a.nodeName === b.nodeName &&
		(a.nodeType !== 1 || (a.getAttribute("data-key") === b.getAttribute("data-key") &&
			a.getAttribute("type") === b.getAttribute("type")));
}

function patchAttributes(old, fresh) {
	for (const {name} of [...old.attributes])
		if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) // a person opened it
			old.removeAttribute(name);
	for (const {name, value} of fresh.attributes)
		if (old.getAttribute(name) !== value)
			old.setAttribute(name, value);
}

// Makes the children of `old` those of `fresh` (which itself is not shown), keeping the nodes that are alike.
export function patch(old, fresh) {
	let at = old.firstChild;
	for (const child of [...fresh.childNodes]) {
		if (at && !sameKind(at, child)) {
			// Something was put in or taken out before one that has a name: find that one again.
			let other = at;
			while (other && !sameKind(other, child))
				other = other.nextSibling;
			if (other && child.nodeType === 1 && child.hasAttribute("data-key"))
				while (at !== other) {
					const gone = at;
					at = at.nextSibling;
					gone.remove();
				}
		}
		if (!at || !sameKind(at, child)) {
			old.insertBefore(child, at);
			continue;
		}
		if (child.nodeType !== 1) {
			if (at.data !== child.data)
				at.data = child.data;
		} else {
			patchAttributes(at, child);
			patch(at, child);
			if (/^(INPUT|SELECT|TEXTAREA)$/.test(at.nodeName) && at.value !== child.value)
				at.value = child.value;
			if (at.nodeName === "INPUT" && at.checked !== child.checked)
				at.checked = child.checked;
		}
		at = at.nextSibling;
	}
	while (at) {
		const gone = at;
		at = at.nextSibling;
		gone.remove();
	}
}
