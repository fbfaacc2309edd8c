// QR codes as modules, drawn here: what is in one goes nowhere else.
import qrcode from 'qrcode-generator';

export const quiet = 4; // modules of white around it

// Row by row; error correction M as that of the fab's labels.
export function modulesOf(text: string): boolean[][] {
	const qr = qrcode(0, 'M');
	qr.addData(text, 'Byte');
	qr.make();
	const n = qr.getModuleCount();
	return Array.from({length: n}, (_, y) => Array.from({length: n}, (_, x) => qr.isDark(y, x)));
}

// Dark modules side by side.
export interface Run {
	x: number;
	y: number;
	length: number;
}

export function runsOf(modules: readonly boolean[][]): Run[] {
	const runs: Run[] = [];
	modules.forEach((row, y) => {
		for (let x = 0; x < row.length;) {
			let length = 0;
			while (row[x + length])
				length++;
			if (length > 0)
				runs.push({x, y, length});
			x += length || 1;
		}
	});
	return runs;
}

// One path of all dark modules, in modules, with the quiet zone around.
export const qrPath = (modules: readonly boolean[][]) => runsOf(modules)
	.map(({x, y, length}) => `M${x + quiet} ${y + quiet}h${length}v1h-${length}z`).join('');

export const qrSide = (modules: readonly boolean[][]) => modules.length + 2 * quiet;
