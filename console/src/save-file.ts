// Gives the reader a file that was made in this page.
export function saveFile(name: string, content: Blob): void {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(content);
	link.download = name;
	link.click();
	// Browsers read it after the click, and phones ask first.
	setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
