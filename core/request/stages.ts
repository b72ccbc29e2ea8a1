// Moved to core/stage; kept until its importers have followed.
export * from '../stage/stages.ts';
