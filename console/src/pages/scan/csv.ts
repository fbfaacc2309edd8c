// A shift as a CSV file, for the spreadsheet of the floor.
import type {Entry} from '../../floor/queue';
import {saveFile} from '../../save-file';

// Spreadsheets take what begins so for a formula.
const formula = /^[=+\-@\t\r]/;

function field(value: string): string {
	const v = formula.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v;
}

export function csvOf(head: readonly string[], entries: readonly Entry[],
		stateOf: (e: Entry) => string): string {
	const rows = entries.map((e) => [e.bid, stateOf(e), e.productName, e.vendor ?? '',
		e.devices === undefined ? '' : String(e.devices), e.at,
		e.reason?.code ?? '']);
	return [head, ...rows].map((r) => r.map(field).join(',')).join('\r\n') + '\r\n';
}

// The mark at the beginning lets spreadsheets read it as UTF-8.
export function saveCsv(text: string, at: Date): void {
	saveFile(`birthmark-shift-${at.toISOString().slice(0, 16).replace(/[:T]/g, '-')}.csv`,
		new Blob(['\ufeff', text], {type: 'text/csv;charset=utf-8'}));
}
