// The files of a reel as a person drops them: which is the manifest, which its
// signature, and what reel.json says of them.  Reads only their beginnings.
import type {Schemas} from '../api/client';

export type Form = Schemas['Form'];

export interface ReelFiles {
	manifest?: File | undefined;
	form: Form;
	signature?: File | undefined;
	batch: string;
	reel: string;
	open: boolean;
	claimSha256: string; // hexadecimal, '' when not known
}

const head_bytes = 64 * 1024;

export function formOf(name: string): Form {
	if (/\.jsonl$/i.test(name))
		return 'jsonl';
	return /\.json$/i.test(name) ? 'microchip' : 'csv';
}

const isManifest = (f: File) => /\.(csv|jsonl|json)$/i.test(f.name) && f.name !== 'reel.json' &&
	f.name !== 'begun.json';

// What signs a manifest: beside it with .p7s, or for the Microchip form the
// signer's certificate.
function signatureOf(files: readonly File[], manifest: File): File | undefined {
	return formOf(manifest.name) === 'microchip' ?
		files.find((f) => /\.(pem|crt|cer)$/i.test(f.name) && f.name !== 'ca.pem') :
		files.find((f) => f.name === `${manifest.name}.p7s`) ??
			files.find((f) => /\.p7[sm]$/i.test(f.name));
}

async function readReelJson(files: readonly File[]): Promise<Record<string, unknown>> {
	const file = files.find((f) => f.name === 'reel.json');
	if (!file || file.size > head_bytes)
		return {};
	try {
		const v: unknown = JSON.parse(await file.text());
		return typeof v === 'object' && v !== null ? v as Record<string, unknown> : {};
	} catch {
		return {};
	}
}

// The Batch ID of the manifest's first line, for files without a reel.json.
async function batchOf(manifest: File): Promise<string> {
	const head = await manifest.slice(0, head_bytes).text();
	const m = formOf(manifest.name) === 'csv' ?
		/^device_id,group_id,certificate\r?\n[^,\n]*,"?([A-Za-z0-9._-]+)/.exec(head) :
		/"group_id"\s*:\s*"([A-Za-z0-9._-]+)"/.exec(head);
	return m?.[1] ?? '';
}

export function manifestOf(files: readonly File[], form: Form): File | undefined {
	return files.find((f) => isManifest(f) && formOf(f.name) === form);
}

// A reel holds its manifest in several forms; one of `wish` goes first.
export async function readReelFiles(files: readonly File[], wish: Form = 'csv'): Promise<ReelFiles> {
	const manifest = manifestOf(files, wish) ?? files.find(isManifest);
	const reel = await readReelJson(files);
	const text = (name: string) => typeof reel[name] === 'string' ? reel[name] : '';
	return {manifest, signature: manifest && signatureOf(files, manifest),
		form: manifest ? formOf(manifest.name) : 'csv',
		batch: text('batch') || (manifest ? await batchOf(manifest) : ''),
		reel: text('reel'), open: reel['open'] === true, claimSha256: text('claim_sha256')};
}
