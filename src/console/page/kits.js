// What can be typed in: for each parameter the usual methods and units.  The daemon has the last word.

const comparator = ["comparator", "photometer", "strip"];
const photometer = ["photometer", "comparator", "strip"];

export const allAnalyzers = "*"; // no analyzer is called so

export const kits = {
	free_chlorine: {units: ["mg/L"], methods: ["dpd-comparator", "dpd-photometer", "strip"]},
	total_chlorine: {units: ["mg/L"], methods: ["dpd-comparator", "dpd-photometer", "strip"]},
	ph: {units: ["[pH]"], methods: ["meter", "comparator", "strip"]},
	turbidity_ntu: {units: ["{NTU}"], methods: ["meter", "tube"]},
	turbidity_fnu: {units: ["{FNU}"], methods: ["meter"]},
	conductivity: {units: ["uS/cm", "mS/cm"], methods: ["meter"]},
	tds: {units: ["mg/L"], methods: ["meter", "gravimetric"]},
	temperature: {units: ["Cel"], methods: ["meter", "thermometer"]},
	dissolved_oxygen: {units: ["mg/L"], methods: ["meter", "titration"]},
	arsenic: {units: ["ug/L", "mg/L"], methods: ["arsenic-kit", "photometer"]},
	fluoride: {units: ["mg/L"], methods: photometer},
	nitrate_n: {units: ["mg/L"], methods: photometer},
	nitrate_no3: {units: ["mg/L"], methods: photometer},
	nitrite_n: {units: ["mg/L"], methods: photometer},
	nitrite_no2: {units: ["mg/L"], methods: photometer},
	iron: {units: ["mg/L", "ug/L"], methods: photometer},
	manganese: {units: ["mg/L", "ug/L"], methods: photometer},
	hardness: {units: ["mg/L"], methods: ["titration", "photometer", "strip"]},
	alkalinity: {units: ["mg/L"], methods: ["titration", "photometer", "strip"]},
	chloride: {units: ["mg/L"], methods: ["titration", "photometer", "strip"]},
	sulphate: {units: ["mg/L"], methods: photometer},
	ammonia_n: {units: ["mg/L"], methods: photometer},
	colour: {units: ["{PCU}"], methods: comparator},
	ecoli: {units: ["/(100.mL)"], methods: ["membrane-filtration", "presence-absence", "mpn-tubes"]},
};

export const purposes = ["routine", "follow_up", "complaint", "emergency", "training"];
export const activities = ["sample", "replicate", "blank", "spike", "reference"];
export const sources = ["piped_into_dwelling", "public_tap_standpipe", "borehole_tubewell", "protected_dug_well",
	"unprotected_dug_well", "protected_spring", "unprotected_spring", "rainwater_collection", "water_kiosk", "filtration_plant",
	"tanker", "surface_water"];
export const impediments = ["dry", "broken", "locked", "unsafe", "unreachable", "not_found", "refused"];
export const positions = ["source", "network", "consumer"];

// How a value is known, and what the daemon is told.
export const knowns = ["is", "below", "above", "between", "detected", "not_detected"];
export function valueText(known, first, second) {
	return {is: first, below: `<${first}`, above: `>${first}`, between: `${first}..${second}`, detected: "detected",
		not_detected: "not detected"}[known];
}
