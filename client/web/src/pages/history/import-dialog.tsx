// SPDX-License-Identifier: LGPL-2.1-or-later

/* Log files into the archive, one after the other, each with how far it is and what came of it. */

import { useState } from 'preact/hooks';
import { follow } from '../../api/operation';
import { refreshQueries } from '../../api/query';
import type { ImportResult } from '../../api/types';
import { bytes } from '../../format';
import { Button, Dialog, errorText, Field, Input, Toggle } from '../../ui';
import './import-dialog.css';
import { upload } from './upload';
import { w } from './words';

interface Job {
        file: File;
        state: 'waiting' | 'sending' | 'reading' | 'done' | 'failed';
        share: number;
        result?: ImportResult;
        error?: Error;
}

function Progress({ job }: { job: Job }) {
        const text = job.state === 'sending' ? w.importSending : w.importReading;
        return (
                <div class="import-progress">
                        <progress value={job.share} max={1} aria-label={text} />
                        <small class="soft">{text}</small>
                </div>
        );
}

function JobLine({ job, dry }: { job: Job; dry: boolean }) {
        const { result } = job;
        return (
                <li>
                        <span class="import-name">{job.file.name}</span>
                        <small class="soft">{bytes(job.file.size)}</small>
                        {(job.state === 'sending' || job.state === 'reading') && <Progress job={job} />}
                        {result && (
                                <p class="good">
                                        {w.importResult(result.lines, result.bans, result.unbans)}
                                        <small class="soft">
                                                {w.importMore(result.changed, result.known, result.unreadable)}
                                                {dry && ` ${w.importDryDone}`}
                                        </small>
                                </p>
                        )}
                        {job.error && (
                                <p class="bad" role="alert">
                                        {errorText(job.error)}
                                </p>
                        )}
                </li>
        );
}

function useJobs(zone: string, dry: boolean) {
        const [jobs, setJobs] = useState<Job[]>([]);
        const [busy, setBusy] = useState(false);
        const change = (index: number, changes: Partial<Job>) =>
                setJobs((had) => had.map((job, i) => (i === index ? { ...job, ...changes } : job)));

        async function one(index: number, file: File): Promise<void> {
                const query = { name: file.name, dry_run: dry || null, timezone: zone.trim() || null };
                change(index, { state: 'sending', share: 0 });
                try {
                        const sent = upload<ImportResult>('history/import', query, file, (share) =>
                                change(index, share < 1 ? { share } : { state: 'reading', share: 0 }),
                        );
                        const result = await follow<ImportResult>(sent, (share) => change(index, { share }));
                        change(index, { state: 'done', result });
                } catch (error) {
                        change(index, { state: 'failed', error: error as Error });
                }
        }

        async function start(): Promise<void> {
                setBusy(true);
                setJobs((had) => had.map(({ file }) => ({ file, state: 'waiting', share: 0 })));
                for (const [index, { file }] of jobs.entries()) await one(index, file);
                setBusy(false);
                refreshQueries('history');
        }
        const pick = (files: FileList | null) =>
                setJobs([...(files ?? [])].map((file) => ({ file, state: 'waiting', share: 0 })));
        return { jobs, busy, start, pick };
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
        const [zone, setZone] = useState('');
        const [dry, setDry] = useState(false);
        const { jobs, busy, start, pick } = useJobs(zone, dry);
        const finished = jobs.length > 0 && jobs.every(({ state }) => state === 'done');
        return (
                <Dialog
                        title={w.importTitle}
                        fixed={busy}
                        onClose={onClose}
                        actions={
                                <>
                                        <Button onClick={onClose}>{finished ? w.close : w.cancel}</Button>
                                        <Button
                                                kind="primary"
                                                busy={busy}
                                                disabled={jobs.length === 0}
                                                onClick={() => void start()}
                                        >
                                                {dry ? w.importLook : w.importStart}
                                        </Button>
                                </>
                        }
                >
                        <div class="import-form">
                                <p class="soft">{w.importText}</p>
                                <Field label={w.importFiles}>
                                        <Input
                                                type="file"
                                                multiple
                                                disabled={busy}
                                                onChange={(event) => pick(event.currentTarget.files)}
                                        />
                                </Field>
                                <Field label={w.importZone} hint={w.importZoneHint} optional>
                                        <Input value={zone} disabled={busy} onValue={setZone} />
                                </Field>
                                <Toggle
                                        label={w.importDry}
                                        hint={w.importDryHint}
                                        checked={dry}
                                        disabled={busy}
                                        onValue={setDry}
                                />
                                {jobs.length > 0 && (
                                        <ul class="import-jobs">
                                                {jobs.map((job, i) => (
                                                        <JobLine key={i} job={job} dry={dry} />
                                                ))}
                                        </ul>
                                )}
                        </div>
                </Dialog>
        );
}
