// Labels as SVG, PNG and ZPL.
import {layoutOf} from './sheet';
import {linesOf, type Label} from './label';
import {modulesOf, qrPath, qrSide} from './qr';

const escape = (s: string) => s.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);

// A drawing in millimetres; the claim code is in it, so treat it as secret.
export function svgOf(l: Label, width = 100, height = 50): string {
	const modules = modulesOf(l.url);
	const lines = linesOf(l);
	const {qr, text} = layoutOf(width, height, lines.length);
	const scale = qr.size / qrSide(modules);
	const rows = lines.map((line, i) => {
		const y = text.y + text.line * i;
		const long = line.value.length * text.size * 0.62 > text.width;
		return `<text x="${text.x.toFixed(2)}" y="${(y + text.size * 0.8).toFixed(2)}" font-size="${(text.size * 0.75).toFixed(2)}" fill="#444">${line.name}</text>` +
			`<text x="${text.x.toFixed(2)}" y="${(y + text.size * 1.85).toFixed(2)}" font-size="${text.size.toFixed(2)}" font-family="monospace" font-weight="700"${
				long ? ` textLength="${text.width.toFixed(2)}" lengthAdjust="spacingAndGlyphs"` : ''}>${escape(line.value)}</text>`;
	}).join('');
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}" font-family="sans-serif">` +
		`<rect width="${width}" height="${height}" fill="#fff"/>` +
		`<path transform="translate(${qr.x.toFixed(3)} ${qr.y.toFixed(3)}) scale(${scale.toFixed(5)})" d="${qrPath(modules)}"/>${rows}</svg>\n`;
}

// The drawing at 300 dots to the inch.
export async function pngOf(l: Label, width = 100, height = 50): Promise<Blob> {
	const url = URL.createObjectURL(new Blob([svgOf(l, width, height)], {type: 'image/svg+xml'}));
	try {
		const image = new Image();
		image.src = url;
		await image.decode();
		const canvas = document.createElement('canvas');
		canvas.width = Math.round(width / 25.4 * 300);
		canvas.height = Math.round(height / 25.4 * 300);
		canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
		return await new Promise((resolve, reject) => canvas.toBlob((b) =>
			b ? resolve(b) : reject(new Error('canvas')), 'image/png'));
	} finally {
		URL.revokeObjectURL(url);
	}
}

// ZPL II for label printers, 203 dots to the inch: the printer draws the code.
export function zplOf(l: Label, labelWidth = 100, height = 50): string {
	const dots = (mm: number) => Math.round(mm / 25.4 * 203);
	// ^FH with _XX writes any byte, so no text can end its field.
	const safe = (s: string) => [...new TextEncoder().encode(s)].map((b) =>
		/[A-Za-z0-9 .:/#-]/.test(String.fromCharCode(b)) ? String.fromCharCode(b) :
			`_${b.toString(16).padStart(2, '0').toUpperCase()}`).join('');
	const lines = linesOf(l);
	const {qr, text} = layoutOf(labelWidth, height, lines.length);
	const zoom = Math.max(2, Math.min(10, Math.floor(dots(qr.size) / qrSide(modulesOf(l.url)))));
	const rows = lines.map((line, i) => {
		const y = dots(text.y + text.line * i);
		const x = dots(text.x);
		// Font 0 takes at most about 0.6 of its width for a character.
		const width = Math.floor(Math.min(dots(text.size), dots(text.width) / (line.value.length * 0.6)));
		return `^FO${x},${y}^A0N,${dots(text.size * 0.75)}^FD${line.name}^FS` +
			`^FO${x},${y + dots(text.size)}^A0N,${dots(text.size)},${width}^FH^FD${safe(line.value)}^FS`;
	}).join('\n');
	return `^XA\n^CI28\n^PW${dots(labelWidth)}\n^LL${dots(height)}\n` +
		`^FO${dots(qr.x)},${dots(qr.y)}^BQN,2,${zoom}^FH^FDMA,${safe(l.url)}^FS\n${rows}\n^XZ\n`;
}
