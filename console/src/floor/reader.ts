// The page's end of the scan worker: one picture at a time.
import type {Code, Picture, Reading} from './scan-worker';

export type {Code, Corner} from './scan-worker';

const photoMax = 2400; // pixels of the longer side

export class Reader {
	private readonly worker = new Worker(new URL('./scan-worker.ts', import.meta.url),
		{type: 'module'});
	private readonly canvas = document.createElement('canvas');
	private readonly waiting = new Map<number, {
		resolve: (codes: Code[]) => void; reject: (e: Error) => void}>();
	private count = 0;

	constructor() {
		this.worker.onmessage = (e: MessageEvent<Reading>) => {
			const {id, codes, fault} = e.data;
			const w = this.waiting.get(id);
			this.waiting.delete(id);
			if (fault === undefined)
				w?.resolve(codes);
			else
				w?.reject(new Error(fault));
		};
		this.worker.onerror = (e) => {
			const fault = new Error(e.message || 'the scanner could not be loaded');
			this.waiting.forEach((w) => w.reject(fault));
			this.waiting.clear();
		};
	}

	end(): void {
		this.worker.terminate();
		this.waiting.clear();
	}

	// The codes in what is shown now; corners in pixels of width x height.
	read(source: CanvasImageSource, width: number, height: number, hard = false): Promise<Code[]> {
		this.canvas.width = width;
		this.canvas.height = height;
		const c = this.canvas.getContext('2d', {willReadFrequently: true});
		if (!c)
			return Promise.reject(new Error('no canvas'));
		c.drawImage(source, 0, 0, width, height);
		const pixels = c.getImageData(0, 0, width, height).data.buffer as ArrayBuffer;
		const id = ++this.count;
		return new Promise((resolve, reject) => {
			this.waiting.set(id, {resolve, reject});
			const picture: Picture = {id, pixels, width, height, hard};
			this.worker.postMessage(picture, [pixels]);
		});
	}

	async readPhoto(photo: Blob): Promise<Code[]> {
		const image = await createImageBitmap(photo);
		const side = Math.max(image.width, image.height);
		const scales = [...new Set([Math.min(1, photoMax / side), Math.min(1, 1000 / side)])];
		try {
			for (const s of scales) {
				const codes = await this.read(image, Math.round(image.width * s),
					Math.round(image.height * s), true);
				if (codes.length > 0)
					return codes;
			}
			return [];
		} finally {
			image.close();
		}
	}
}
