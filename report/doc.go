// Package report is what is published: Tables 1 to 4, the CONSORT flow, fidelity, dose and cost, the text of the
// Results, and one page that holds them all.
//
// It prints what package analysis computed and computes nothing but the printed digits: a percentage comes from its
// count and denominator, a rounded number from the number. Figures are drawn in report/figure; the protocol's page
// is in report/protocol.
package report
