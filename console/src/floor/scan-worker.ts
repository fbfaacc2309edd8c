// Reads codes in pictures, beside the page, with WebAssembly that the service
// serves itself.  Its file must begin with "scan-worker": only there the
// content security policy allows WebAssembly.
import {prepareZXingModule, purgeZXingModule, readBarcodes} from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';

export interface Picture {
	id: number;
	pixels: ArrayBuffer;
	width: number;
	height: number;
	hard: boolean; // a photo: take the time
}

export interface Corner {
	x: number;
	y: number;
}

export interface Code {
	text: string;
	corners: [Corner, Corner, Corner, Corner];
}

export interface Reading {
	id: number;
	codes: Code[];
	fault?: string;
}

const scope = self as unknown as DedicatedWorkerGlobalScope;

let loaded: Promise<unknown> | null = null;

// Loaded once; after a fault, for example without a network, tried again with
// the next picture.
function load(): Promise<unknown> {
	loaded ??= prepareZXingModule({
		overrides: {locateFile: () => wasm},
		fireImmediately: true,
	}).catch((e: unknown) => {
		loaded = null;
		purgeZXingModule();
		throw e;
	});
	return loaded;
}

load().catch(() => undefined);

async function read(p: Picture): Promise<Code[]> {
	await load();
	const image = new ImageData(new Uint8ClampedArray(p.pixels), p.width, p.height);
	const found = await readBarcodes(image, {formats: ['QRCode', 'DataMatrix'],
		tryHarder: true, tryRotate: p.hard, tryInvert: p.hard, tryDenoise: p.hard,
		maxNumberOfSymbols: 16, textMode: 'Plain'});
	return found.filter((r) => r.isValid && r.text !== '').map(({text, position: q}) =>
		({text, corners: [q.topLeft, q.topRight, q.bottomRight, q.bottomLeft]}));
}

scope.onmessage = (e: MessageEvent<Picture>) => {
	const {id} = e.data;
	read(e.data).then((codes) => scope.postMessage({id, codes} satisfies Reading),
		(fault: unknown) => scope.postMessage({id, codes: [], fault: String(fault)} satisfies Reading));
};
