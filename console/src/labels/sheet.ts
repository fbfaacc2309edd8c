// Sizes of label sheets, in millimetres, and where each label lies on them.
export interface Sheet {
	id: string;
	name: string;
	page: readonly [number, number];
	label: readonly [number, number];
	columns: number;
	rows: number;
	margin: readonly [number, number]; // left, top
	pitch: readonly [number, number];
}

const a4 = [210, 297] as const;
const letter = [215.9, 279.4] as const;

export const sheets: readonly Sheet[] = [
	{id: 'l7160', name: 'A4, 3 × 7 (63,5 × 38,1 mm, Avery L7160)', page: a4, label: [63.5, 38.1],
		columns: 3, rows: 7, margin: [7.2, 15.1], pitch: [66, 38.1]},
	{id: 'l7163', name: 'A4, 2 × 7 (99,1 × 38,1 mm, Avery L7163)', page: a4, label: [99.1, 38.1],
		columns: 2, rows: 7, margin: [4.7, 15.1], pitch: [101.6, 38.1]},
	{id: 'l7165', name: 'A4, 2 × 4 (99,1 × 67,7 mm, Avery L7165)', page: a4, label: [99.1, 67.7],
		columns: 2, rows: 4, margin: [4.7, 13.1], pitch: [101.6, 67.7]},
	{id: '5163', name: 'Letter, 2 × 5 (4 × 2 in, Avery 5163)', page: letter, label: [101.6, 50.8],
		columns: 2, rows: 5, margin: [3.96, 12.7], pitch: [106.4, 50.8]},
	{id: '5160', name: 'Letter, 3 × 10 (2⅝ × 1 in, Avery 5160)', page: letter, label: [66.7, 25.4],
		columns: 3, rows: 10, margin: [4.8, 12.7], pitch: [69.85, 25.4]},
	{id: '100x50', name: '100 × 50 mm', page: [100, 50], label: [100, 50], columns: 1, rows: 1,
		margin: [0, 0], pitch: [100, 50]},
	{id: '4x6', name: '4 × 6 in (101,6 × 152,4 mm)', page: [101.6, 152.4], label: [101.6, 152.4],
		columns: 1, rows: 1, margin: [0, 0], pitch: [101.6, 152.4]},
];

export interface Box {
	page: number;
	x: number; // from the left, mm
	y: number; // from the top, mm
}

export function boxOf(s: Sheet, index: number): Box {
	const each = s.columns * s.rows;
	const i = index % each;
	return {page: Math.floor(index / each), x: s.margin[0] + i % s.columns * s.pitch[0],
		y: s.margin[1] + Math.floor(i / s.columns) * s.pitch[1]};
}

export interface Layout {
	qr: {x: number; y: number; size: number};
	text: {x: number; y: number; width: number; size: number; line: number};
}

// QR code at the left and text beside it, or above it on an upright label.
export function layoutOf(width: number, height: number, lines: number): Layout {
	const pad = Math.min(width, height) * 0.07;
	if (height > width) {
		const qr = Math.min(width - 2 * pad, height * 0.6);
		const size = Math.min(5, (height - qr - 3 * pad) / (lines * 2.3));
		return {qr: {x: (width - qr) / 2, y: pad, size: qr},
			text: {x: pad, y: qr + 2 * pad, width: width - 2 * pad, size, line: size * 2.3}};
	}
	const qr = Math.min(height - 2 * pad, width * 0.45);
	const size = Math.min(4, (height - 2 * pad) / (lines * 2.35));
	return {qr: {x: pad, y: (height - qr) / 2, size: qr},
		text: {x: qr + 2 * pad, y: pad, width: width - qr - 3 * pad, size, line: size * 2.35}};
}
