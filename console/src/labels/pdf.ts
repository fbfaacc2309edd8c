// Label sheets as PDF 1.4: vector QR codes, the standard fonts, nothing else.
import {linesOf, type Label} from './label';
import {modulesOf, qrSide, quiet, runsOf} from './qr';
import {boxOf, layoutOf, type Sheet} from './sheet';

const pt = 72 / 25.4;
const f = (n: number) => n.toFixed(3);

// WinAnsi beyond Latin-1: what stands at 0x80 and after.
const special = '\u20ac\0\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\0\u017d\0' +
	'\0\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\0\u017e\u0178';

function byteOf(c: string): number {
	const code = c.codePointAt(0) ?? 0;
	if (code >= 32 && code < 127 || code >= 160 && code <= 255)
		return code;
	const at = code > 255 ? special.indexOf(c) : -1;
	return at < 0 ? 0 : 0x80 + at;
}

// The standard fonts know WinAnsi only; a line with other letters is left out.
const canWrite = (s: string) => [...s].every((c) => byteOf(c) > 0);
const pdfLines = (l: Label) => linesOf(l).filter((line) => canWrite(line.value));

export const lacksLetters = (l: Label) => pdfLines(l).length < linesOf(l).length;

function pdfText(s: string): string {
	return [...s].map((c) => {
		const byte = byteOf(c);
		return /[()\\]/.test(c) ? `\\${c}` :
			byte < 127 ? c : `\\${byte.toString(8).padStart(3, '0')}`;
	}).join('');
}

function qrOps(l: Label, x: number, y: number, size: number): string {
	const modules = modulesOf(l.url);
	const m = size / qrSide(modules);
	const ops = runsOf(modules).map((r) => `${f(x + (r.x + quiet) * m)} ${f(y - (r.y + quiet + 1) * m)} ` +
		`${f(r.length * m)} ${f(m)} re\n`).join('');
	return `${ops}f\n`;
}

// Courier's characters are 0.6 of its size wide.
function textOps(l: Label, x: number, y: number, width: number, size: number, line: number): string {
	return pdfLines(l).map((t, i) => {
		const top = y - line * i;
		const fit = Math.min(size, width / (t.value.length * 0.6));
		return `BT /F1 ${f(size * 0.75)} Tf ${f(x)} ${f(top - size * 0.8)} Td (${pdfText(t.name)}) Tj ET\n` +
			`BT /F2 ${f(fit)} Tf ${f(x)} ${f(top - size * 1.85)} Td (${pdfText(t.value)}) Tj ET\n`;
	}).join('');
}

function pageOps(labels: readonly Label[], sheet: Sheet, page: number): string {
	const height = sheet.page[1] * pt;
	return labels.map((l, i) => {
		const box = boxOf(sheet, i);
		if (box.page !== page)
			return '';
		const at = layoutOf(sheet.label[0], sheet.label[1], pdfLines(l).length);
		const x = (mm: number) => (box.x + mm) * pt;
		const y = (mm: number) => height - (box.y + mm) * pt;
		return qrOps(l, x(at.qr.x), y(at.qr.y), at.qr.size * pt) +
			textOps(l, x(at.text.x), y(at.text.y), at.text.width * pt, at.text.size * pt,
				at.text.line * pt);
	}).join('');
}

export function pdfOf(labels: readonly Label[], sheet: Sheet): Blob {
	const pages = Math.ceil(labels.length / (sheet.columns * sheet.rows));
	const objects: string[] = ['<< /Type /Catalog /Pages 2 0 R >>', '',
		'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
		'<< /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold /Encoding /WinAnsiEncoding >>'];
	const kids: string[] = [];
	for (let p = 0; p < pages; p++) {
		const ops = pageOps(labels, sheet, p);
		objects.push(`<< /Length ${ops.length} >>\nstream\n${ops}endstream`);
		objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${f(sheet.page[0] * pt)} ${f(sheet.page[1] * pt)}] ` +
			`/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${objects.length} 0 R >>`);
		kids.push(`${objects.length} 0 R`);
	}
	objects[1] = `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${pages} >>`;
	let out = '%PDF-1.4\n';
	const at = objects.map((body, i) => {
		const start = out.length;
		out += `${i + 1} 0 obj\n${body}\nendobj\n`;
		return `${String(start).padStart(10, '0')} 00000 n \n`;
	});
	const table = out.length;
	out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${at.join('')}` +
		`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
	return new Blob([out], {type: 'application/pdf'});
}
