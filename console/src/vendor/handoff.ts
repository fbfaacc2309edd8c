// What goes from one page to the next and is kept nowhere else: the files of
// an upload, and the only copy of a label made here.
export interface Waiting {
	manifest: File;
	signature: File | undefined;
}

const waiting = new Map<string, Waiting>();
const labels = new Map<string, string>();
let printing: string | undefined;

export const handOver = (upload: string, files: Waiting) => waiting.set(upload, files);
export const takeOver = (upload: string) => waiting.get(upload);
export const forget = (upload: string) => waiting.delete(upload);

export const keepLabel = (upload: string, label: string) => labels.set(upload, label);
export const keptLabel = (upload: string) => labels.get(upload);
export const dropLabel = (upload: string) => labels.delete(upload);

export function toPrint(label: string): void {
	printing = label;
}

export function takePrinting(): string | undefined {
	const label = printing;
	printing = undefined;
	return label;
}
