/** A page onto which a file can be dropped. The button that opens a file does the same without a mouse. */
import { useState, type DragEvent, type ReactNode } from 'react';
import classes from './library.module.css';

interface Props {
  disabled: boolean;
  onFile: (file: File) => void;
  children: ReactNode;
}

export function DropZone({ disabled, onFile, children }: Props) {
  const [over, setOver] = useState(false);
  const carriesFile = (event: DragEvent) => !disabled && event.dataTransfer.types.includes('Files');
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the file button is the other way
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!carriesFile(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (!carriesFile(event)) return;
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) onFile(file);
      }}
    >
      {children}
    </div>
  );
}
