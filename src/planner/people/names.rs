//! Names of people, by the country of their account.
//!
//! In Latin letters as they are written on business cards there. Any first name goes with any
//! last name of its list; both are drawn, so the lists say who there is and nothing more.

use std::sync::LazyLock;

/// The names that people of a country go by, separated by commas.
struct Lists {
    first: &'static str,
    last: &'static str,
}

/// The same one by one.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) first: Vec<&'static str>,
    pub(super) last: Vec<&'static str>,
}

impl Names {
    fn of(lists: &Lists) -> Self {
        let split = |names: &'static str| names.split(", ").collect();
        Self {
            first: split(lists.first),
            last: split(lists.last),
        }
    }
}

/// The names for a country as an org keeps it: a code, or a text as people write it. Where the
/// country is not known, an international mix.
pub(super) fn names(country: Option<&str>) -> &'static Names {
    static NAMES: LazyLock<Vec<Names>> = LazyLock::new(|| {
        let lists = COUNTRIES.iter().map(|(_, lists)| lists);
        lists.chain([&INTERNATIONAL]).map(Names::of).collect()
    });
    let country = country.unwrap_or_default().trim().to_lowercase();
    let mut countries = COUNTRIES.iter();
    let found = countries.position(|(spellings, _)| spellings.contains(&&*country));
    &NAMES[found.unwrap_or(COUNTRIES.len())]
}

const COUNTRIES: &[(&[&str], Lists)] = &[
    (
        &[
            "us",
            "usa",
            "u.s.",
            "u.s.a.",
            "united states",
            "united states of america",
            "ca",
            "canada",
            "gb",
            "uk",
            "united kingdom",
            "great britain",
            "england",
            "scotland",
            "wales",
            "ie",
            "ireland",
            "au",
            "australia",
            "nz",
            "new zealand",
        ],
        ENGLISH,
    ),
    (
        &[
            "de",
            "germany",
            "deutschland",
            "at",
            "austria",
            "österreich",
            "ch",
            "switzerland",
            "schweiz",
        ],
        GERMAN,
    ),
    (
        &["fr", "france", "lu", "luxembourg", "mc", "monaco"],
        FRENCH,
    ),
    (&["in", "india"], INDIAN),
    (&["jp", "japan", "日本"], JAPANESE),
    (
        &[
            "es",
            "spain",
            "españa",
            "mx",
            "mexico",
            "méxico",
            "ar",
            "argentina",
            "cl",
            "chile",
            "co",
            "colombia",
            "pe",
            "peru",
            "perú",
            "uy",
            "uruguay",
            "ec",
            "ecuador",
            "cr",
            "costa rica",
            "pa",
            "panama",
            "gt",
            "guatemala",
            "bo",
            "bolivia",
            "py",
            "paraguay",
            "do",
            "dominican republic",
            "ve",
            "venezuela",
        ],
        SPANISH,
    ),
    (&["it", "italy", "italia", "sm", "san marino"], ITALIAN),
    (&["br", "brazil", "brasil", "pt", "portugal"], PORTUGUESE),
    (
        &[
            "nl",
            "netherlands",
            "the netherlands",
            "nederland",
            "be",
            "belgium",
            "belgië",
        ],
        DUTCH,
    ),
    (
        &[
            "se", "sweden", "sverige", "no", "norway", "norge", "dk", "denmark", "danmark", "fi",
            "finland", "suomi", "is", "iceland",
        ],
        NORDIC,
    ),
    (&["pl", "poland", "polska"], POLISH),
    (
        &[
            "kr",
            "korea",
            "south korea",
            "korea, republic of",
            "republic of korea",
        ],
        KOREAN,
    ),
    (
        &[
            "cn",
            "china",
            "tw",
            "taiwan",
            "hk",
            "hong kong",
            "sg",
            "singapore",
        ],
        CHINESE,
    ),
];

const ENGLISH: Lists = Lists {
    first: "Olivia, Marcus, Priya, Ethan, Danielle, Omar, Grace, Tyler, Mei, Hannah, Darnell, Caroline, \
        Vikram, Lauren, Andre, Claire, Jordan, Keisha, Patrick, Elena, Nathan, Sofia, Malik, Rebecca, \
        Connor, Aisha, Brian, Megan, Rafael, Emily, Kwame, Allison, Gavin, Naomi, Trevor, Fiona, \
        Desmond, Heather, Liam, Simone, Russell, Anjali, Colin, Tamara, Wesley, Brooke",
    last: "Whitfield, Okafor, Ramirez, Sullivan, Chen, Hartley, Brooks, Patel, Donovan, Greer, Washington, \
        Kowalski, Nguyen, Pemberton, Ortiz, Gallagher, Sinclair, Hughes, Abernathy, Flores, Lindqvist, \
        Barnes, Khan, McAllister, Reyes, Tran, Osborne, Delgado, Fitzgerald, Holloway, Jefferson, Iyer, \
        Callahan, Stein, Vaughn, Morales, Ashworth, Carver, Singh, Bennett, Mercer, Adeyemi, Thornton, \
        Rosen, Whitaker, Castillo, Byrne, Langley, Park, Sheridan, Maddox, Winslow, Ellison, Banks, \
        Novak, Prescott, Rutherford, Hale, Dawson, Kendrick, Lockwood, Moreau, Tate, Yates",
};

const GERMAN: Lists = Lists {
    first: "Anna, Lukas, Katharina, Jonas, Sabine, Felix, Miriam, Tobias, Leyla, Stefan, Julia, Matthias, \
        Carina, Emre, Franziska, Andreas, Johanna, Florian, Nadine, Sebastian, Theresa, Markus, Aylin, \
        Christoph, Elisabeth, Daniel, Verena, Philipp, Monika, Simon, Lena, Moritz, Silke, Benedikt, \
        Isabel, Kai, Renate, Jan, Melanie, Oliver, Claudia, Dominik, Heike, Valentin",
    last: "Brandt, Hofmann, Yilmaz, Keller, Vogel, Lindner, Schuster, Arslan, Winkler, Baumgartner, Kraus, \
        Seidel, Ziegler, Huber, Engel, Reinhardt, Kowalczyk, Steiner, Pohl, Haas, Friedrich, Gruber, \
        Sommer, Thiel, Albrecht, Eder, Marquardt, Wolff, Berger, Demir, Schreiber, Lehmann, Ott, \
        Kaufmann, Fuchs, Beck, Roth, Kessler, Brunner, Maurer, Ebert, Hartmann, Petrov, Dietrich, \
        Moser, Sauer, Heinrich, Wagner, Jansen, Ritter, Frei, Zimmermann, Busch, Graf, Nowak, \
        Stadler, Kuhn, Meyer, Pfeiffer, Schiller, Amann, Lang",
};

const FRENCH: Lists = Lists {
    first: "Camille, Antoine, Léa, Karim, Mathilde, Julien, Inès, Nicolas, Aurélie, Thomas, Fatou, Guillaume, \
        Charlotte, Mehdi, Élodie, Romain, Sandrine, Bastien, Nadia, Olivier, Margaux, Vincent, Claire, \
        Yann, Amélie, Pierre, Sophie, Damien, Hélène, Laurent, Zoé, Étienne, Valérie, Maxime, Lucie, \
        Fabien, Pauline, Rachid, Delphine, Hugo, Manon, Arnaud, Céline, Loïc",
    last: "Lefèvre, Moreau, Benali, Garnier, Rousseau, Fontaine, Diallo, Chevalier, Mercier, Blanchard, Perrin, \
        Girard, Haddad, Renard, Lambert, Morel, Barbier, Caron, Marchand, Dufour, Noël, Vidal, Traoré, \
        Leroux, Bertrand, Guérin, Boyer, Masson, Lemoine, Robin, Clément, Gauthier, Besson, Roussel, \
        Hamon, Picard, Rolland, Aubert, Lacroix, Fabre, Charpentier, Collet, Delorme, Tessier, \
        Bouchard, Nguyen, Sauvage, Royer, Prévost, Carpentier, Vasseur, Legrand, Maillard, Poirier, \
        Brunet, Da Silva, Joly, Meunier, Hervé, Adam, Colin, Baron",
};

const INDIAN: Lists = Lists {
    first: "Ananya, Rohan, Kavya, Arjun, Meera, Siddharth, Fatima, Karthik, Divya, Imran, Pooja, Rahul, Lakshmi, \
        Nikhil, Shreya, Harpreet, Sanjay, Nandini, Aditya, Ritu, Vivek, Deepa, Manish, Swati, Joseph, \
        Aparna, Gaurav, Ishita, Suresh, Tanvi, Farhan, Revathi, Abhishek, Neha, Prakash, Sunita, \
        Varun, Leela, Ashok, Gurpreet, Kiran, Maya, Naveen, Padma",
    last: "Sharma, Iyer, Reddy, Khan, Nair, Gupta, Banerjee, Singh, Patel, Menon, Desai, Kapoor, Joshi, Rao, \
        Chatterjee, Malhotra, Pillai, Mehta, Bhatt, Verma, Fernandes, Shetty, Kulkarni, Agarwal, Bose, \
        Chopra, Hegde, Mishra, D'Souza, Ahmed, Trivedi, Saxena, Krishnan, Gill, Sen, Rathore, Naidu, \
        Thakur, Dutta, Bajaj, Subramanian, Chauhan, Pandey, Deshmukh, Ghosh, Sethi, Varghese, Bhandari, \
        Kaur, Shah, Murthy, Jain, Qureshi, Rangan, Sinha, Gowda, Parekh, Roy, Venkatesh, Yadav, \
        Mukherjee, Thomas",
};

const JAPANESE: Lists = Lists {
    first: "Haruka, Kenji, Yuki, Takashi, Aiko, Hiroshi, Naomi, Daisuke, Emi, Shota, Mayumi, Ryo, Kaori, Satoshi, \
        Misaki, Kazuya, Chihiro, Tetsuya, Rina, Makoto, Ayaka, Yusuke, Sachiko, Ren, Mai, Koji, Noriko, \
        Takumi, Asuka, Masato, Hitomi, Shun, Keiko, Naoki, Mio, Toru, Yoko, Akira, Sakura, Hideki, \
        Eri, Jun, Tomoko, Sho",
    last: "Tanaka, Nakamura, Kobayashi, Yamamoto, Fujii, Matsuda, Hayashi, Ogawa, Saito, Ishikawa, Okada, Mori, \
        Kimura, Shimizu, Inoue, Sasaki, Endo, Murakami, Nishimura, Aoki, Hasegawa, Sakamoto, Ueda, \
        Kondo, Arai, Maeda, Fukuda, Takeda, Nakajima, Ono, Harada, Takagi, Wada, Ishii, Morita, \
        Kaneko, Shibata, Sakai, Yokoyama, Miyazaki, Uchida, Imai, Takahashi, Ota, Matsui, Noguchi, \
        Chiba, Kudo, Sugiyama, Hirano, Tamura, Kubo, Iwasaki, Sakurai, Kinoshita, Koyama, Noda, \
        Komatsu, Matsuo, Kikuchi, Taniguchi, Oishi",
};

const SPANISH: Lists = Lists {
    first: "Lucía, Javier, Valentina, Diego, Carmen, Mateo, Ximena, Alejandro, Paula, Rodrigo, Camila, Andrés, \
        Marina, Emilio, Gabriela, Sergio, Daniela, Joaquín, Renata, Ignacio, Isabel, Pablo, Fernanda, \
        Álvaro, Natalia, Ricardo, Catalina, Héctor, Adriana, Manuel, Sofía, Felipe, Elena, Gonzalo, \
        Mariana, Raúl, Beatriz, Tomás, Jimena, Esteban, Rocío, Óscar, Alicia, Bruno",
    last: "García, Herrera, Molina, Castro, Vargas, Ortega, Ríos, Delgado, Navarro, Salazar, Ibáñez, Mendoza, Soto, \
        Cabrera, Paredes, Fuentes, Aguilar, Campos, Vega, Guerrero, Lozano, Peña, Cordero, Rojas, \
        Serrano, Montero, Bravo, Cárdenas, Prieto, Ramos, Escobar, Gallardo, Méndez, Acosta, Villanueva, \
        Santos, Crespo, Reyes, Benítez, Carrasco, Ponce, Valdés, Esquivel, Figueroa, Marín, Iglesias, \
        Zamora, Quintero, Arroyo, Duarte, Roldán, Sepúlveda, Tapia, Bautista, Galindo, Cisneros, \
        Trujillo, Palacios, Moya, Solís, Varela, Luna",
};

const ITALIAN: Lists = Lists {
    first: "Giulia, Lorenzo, Chiara, Matteo, Francesca, Andrea, Elisa, Davide, Martina, Stefano, Valeria, Simone, \
        Alessia, Riccardo, Serena, Federico, Ilaria, Marco, Beatrice, Giacomo, Silvia, Tommaso, Paola, \
        Nicola, Sara, Emanuele, Laura, Gabriele, Roberta, Luca, Claudia, Edoardo, Anna, Filippo, \
        Monica, Pietro, Caterina, Samir, Elena, Daniele, Giorgia, Alberto, Camilla, Enrico",
    last: "Conti, Marchetti, Greco, Bianchi, Ferrara, Galli, Moretti, Barbieri, Lombardi, Rinaldi, Caruso, Fontana, \
        Santoro, Mariani, Gatti, Pellegrini, Palumbo, Sanna, Farina, Rizzi, Monti, Cattaneo, Morelli, \
        Amato, Silvestri, Mazza, Testa, Grassi, Carbone, Giuliani, Benedetti, Barone, Rossetti, Villa, \
        Serra, Guerra, Valentini, Parisi, Bellini, Basile, Fabbri, Donati, Ricci, Neri, Longo, Sala, \
        Leone, Martinelli, Vitale, De Santis, Bernardi, Orlando, Pagano, Piras, Messina, Cocco, \
        Battaglia, Ruggiero, Costa, Gentile, Colombo, Negri",
};

const PORTUGUESE: Lists = Lists {
    first: "Beatriz, Rafael, Larissa, Thiago, Mariana, Gustavo, Inês, Bruno, Camila, Rodrigo, Letícia, Diogo, Juliana, \
        Felipe, Tatiana, Leonardo, Carolina, Vinícius, Sofia, André, Renata, Caio, Helena, Tiago, \
        Patrícia, Eduardo, Vanessa, Henrique, Marta, Lucas, Débora, Gonçalo, Isabela, Marcelo, \
        Priscila, Duarte, Bianca, Fábio, Raquel, João, Luana, Otávio, Teresa, Igor",
    last: "Almeida, Nogueira, Carvalho, Teixeira, Barbosa, Moreira, Cardoso, Figueiredo, Azevedo, Rezende, Monteiro, \
        Tavares, Pinto, Correia, Batista, Freitas, Matos, Coelho, Guimarães, Fonseca, Antunes, Peixoto, \
        Macedo, Queiroz, Lopes, Cunha, Siqueira, Vasconcelos, Ramalho, Leite, Amaral, Sampaio, Brito, \
        Neves, Pacheco, Duarte, Rocha, Farias, Bento, Prado, Camargo, Vieira, Serra, Dias, Goulart, \
        Meireles, Pires, Xavier, Aguiar, Simões, Franco, Valente, Esteves, Couto, Magalhães, Braga, \
        Assis, Toledo, Salgado, Lacerda, Mendes, Tanaka",
};

const DUTCH: Lists = Lists {
    first: "Sanne, Daan, Femke, Bram, Lotte, Youssef, Anouk, Jeroen, Eva, Thijs, Fatima, Ruben, Marieke, Sander, Iris, \
        Koen, Esther, Niels, Noor, Wouter, Elise, Maarten, Samira, Bas, Judith, Lars, Annelies, Pieter, \
        Hanneke, Joris, Merel, Stijn, Nathalie, Tom, Ilse, Jelle, Saskia, Mehmet, Roos, Gijs, \
        Katrien, Sven, Linde, Arne",
    last: "de Vries, Bakker, Visser, Smit, Mulder, Bos, Peeters, Hendriks, van Dijk, Dekker, Claes, Brouwer, \
        de Wit, Dijkstra, Willems, van Leeuwen, Kok, Maes, Jacobs, van der Meer, Vos, Huisman, Prins, \
        Wouters, Blom, El Amrani, van Vliet, Postma, Goossens, Kuiper, Veenstra, Kramer, van den Berg, \
        Scholten, Koster, De Smet, Verhoeven, Groen, Yilmaz, Mertens, van Wijk, Hoekstra, Bosman, \
        Martens, Timmermans, Jonker, van Beek, Schouten, Aerts, Molenaar, van Loon, Evers, Lammers, \
        Janssens, Bouwman, Pauwels, Zwart, Doorn, Hermans, Roos, Vink, Desmet",
};

const NORDIC: Lists = Lists {
    first: "Astrid, Erik, Linnea, Mikkel, Ingrid, Johan, Sofie, Henrik, Aino, Anders, Maja, Lasse, Freja, Oskar, \
        Kaisa, Magnus, Emma, Jussi, Signe, Fredrik, Hanna, Kristian, Elin, Mats, Ida, Rasmus, Solveig, \
        Nils, Karin, Mohammed, Tuuli, Gustav, Amalie, Petter, Helmi, Jonas, Thea, Viktor, Sanna, \
        Bjarne, Ylva, Simon, Marte, Antti",
    last: "Lindström, Hansen, Nyberg, Korhonen, Dahl, Sørensen, Bergman, Haugen, Virtanen, Holm, Ekström, Kristensen, \
        Lund, Mäkinen, Sandberg, Moen, Falk, Mortensen, Hedlund, Solberg, Nieminen, Åkesson, Bakke, \
        Thomsen, Wikström, Strand, Laine, Engström, Poulsen, Berg, Hämäläinen, Forsberg, Knudsen, \
        Norberg, Iversen, Heikkinen, Sjöberg, Vik, Madsen, Blomqvist, Aas, Salonen, Lundgren, Krogh, \
        Hagen, Rantanen, Sundström, Winther, Öberg, Lie, Ahonen, Nordin, Bech, Myhre, Karlsson, \
        Toivonen, Frost, Hammer, Viklund, Ali, Eriksen, Palm",
};

const POLISH: Lists = Lists {
    first: "Agnieszka, Tomasz, Magdalena, Paweł, Joanna, Marcin, Katarzyna, Łukasz, Ewa, Michał, Aleksandra, Krzysztof, \
        Monika, Jakub, Natalia, Piotr, Karolina, Wojciech, Dorota, Adam, Zuzanna, Grzegorz, Iwona, Rafał, \
        Justyna, Kamil, Beata, Filip, Marta, Maciej, Olga, Szymon, Hanna, Dawid, Renata, Bartosz, \
        Alicja, Sebastian, Weronika, Hubert, Maja, Daniel, Sylwia, Igor",
    last: "Nowak, Wójcik, Kamińska-Lis, Zieliński, Mazur, Krawczyk, Piotrowicz, Grabowska-Maj, Pawlak, Michalak, Dudek, \
        Wieczorek, Jabłoński, Król, Majchrzak, Olszewski, Stępień, Jaworski, Malinowski, Adamczyk, \
        Górski, Sikora, Walczak, Baran, Szewczyk, Tomaszewski, Pietrzak, Marciniak, Wróbel, Zawadzki, \
        Jakubowski, Sadowski, Duda, Włodarczyk, Wilk, Chmielewski, Borkowski, Sokół, Szczepaniak, \
        Sawicki, Kucharski, Lis, Maciejewski, Kubiak, Kalinowski, Wysocki, Mazurek, Kaźmierczak, \
        Sobczak, Czerwiński, Andrzejczak, Cieślak, Głowacki, Zakrzewicz, Kołodziej, Sikorski, Krajewski, \
        Gajewicz, Szymczak, Szulc, Laskowski, Bąk",
};

const KOREAN: Lists = Lists {
    first: "Ji-woo, Min-jun, Seo-yeon, Hyun-woo, Soo-jin, Dong-hyun, Eun-ji, Sung-min, Ha-eun, Jae-hyun, Yuna, Tae-yang, \
        Hye-jin, Joon-ho, Na-young, Seung-woo, Mi-kyung, Kyung-soo, Ye-rin, Sang-hoon, Da-hye, Woo-jin, \
        Bo-ra, In-ho, Chae-won, Young-jae, Su-bin, Hyun-ki, So-ra, Ki-tae, Min-seo, Jong-su, Ga-eun, \
        Do-yun, Yeon-hee, Ji-hoon, Eun-kyung, Si-woo, Hana, Tae-min, Jung-ah, Sun-woo, Ara, Jin-ho",
    last: "Kim, Lee, Park, Choi, Jung, Kang, Cho, Yoon, Jang, Lim, Han, Oh, Seo, Shin, Kwon, Hwang, Ahn, Song, Ryu, \
        Hong, Jeon, Ko, Moon, Yang, Son, Bae, Baek, Heo, Yoo, Nam, Shim, Noh, Ha, Kwak, Sung, Cha, Joo, \
        Woo, Koo, Min, Na, Jin, Ji, Eom, Chae, Won, Cheon, Bang, Gong, Hyun, Ham, Byun, Yeom, Yeo, Choo, \
        Do, So, Seok, Seon, Ma, Pyo, Myung",
};

const CHINESE: Lists = Lists {
    first: "Wei, Jing, Xiaoming, Li Na, Jun, Mei Ling, Hao, Yan, Zhiyuan, Fang, Yichen, Xin, Tao, Hui Min, Lei, Yue, \
        Kai, Lin, Guoqiang, Shu Fen, Ming, Qian, Bo, Ting, Chen Xi, Rong, Jie, Ya Ting, Feng, Ying, Zhen, \
        Siew Lan, Peng, Wen, Yu Han, Bin, Lihua, Rui, Xiu Ying, Gang, Dan, Jia Hao, Qing, Wai Kit",
    last: "Zhang, Wang, Liu, Chen, Huang, Zhao, Wu, Zhou, Xu, Sun, Ma, Zhu, Hu, Guo, He, Lin, Gao, Luo, Zheng, Liang, \
        Xie, Tang, Deng, Feng, Cao, Peng, Zeng, Xiao, Tian, Dong, Pan, Yuan, Cai, Jiang, Yu, Du, Ye, Cheng, \
        Wei, Su, Lu, Ding, Ren, Shen, Yao, Lo, Cheung, Wong, Chan, Leung, Tan, Lim, Ong, Goh, Teo, Hsu, \
        Tsai, Hsieh, Kuo, Fang, Qin, Bai",
};

const INTERNATIONAL: Lists = Lists {
    first: "Amara, Lucas, Yasmin, Viktor, Chiara, Daniel, Leila, Mateo, Nadia, Henrik, Priya, Tomas, Ingrid, Samuel, \
        Aisha, Marco, Elena, David, Mei, Julian, Zara, Andrei, Camille, Omar, Sofia, Kenji, Hannah, Rafael, \
        Katarina, Joseph, Ananya, Felix, Miriam, Diego, Astrid, Karim, Laura, Ivan, Naomi, Stefan, \
        Thandi, Adam, Clara, Tariq",
    last: "Almeida, Novak, Okonkwo, Fischer, Haddad, Lindgren, Rossi, Petrov, Kim, Navarro, Dubois, Mensah, Tanaka, \
        Kaya, Popescu, Costa, Singh, Larsen, Mwangi, Horvat, Silva, Becker, Rahman, Moreau, Papadakis, \
        Santos, Eriksson, Nkosi, Ivanova-Reed, Laurent, Chen, Murphy, Castellano, Weber, Hassan, Bergstrom, \
        Vargas, Kovacs, Mbeki, Jansen, Farouk, Greco, Nowicki, Adeleke, Torres, Schmid, Yamada, Osei, \
        Dimitrov, Fernandez, Khalil, Virtanen, Botha, Marin, Sharma, Danso, Leclerc, Vasquez, Holm, \
        Aziz, Conte, Brennan",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{COUNTRIES, INTERNATIONAL, Names, names};

    #[test]
    fn every_list_has_enough_names_and_none_twice() {
        let lists = COUNTRIES.iter().map(|(_, lists)| lists);
        for names in lists.chain([&INTERNATIONAL]).map(Names::of) {
            for (names, least) in [(names.first, 40), (names.last, 60)] {
                let distinct: BTreeSet<_> = names.iter().collect();
                assert_eq!(distinct.len(), names.len(), "{names:?}");
                assert!(names.len() >= least, "{} {names:?}", names.len());
                let is_clean =
                    |name: &&str| !name.is_empty() && name.trim() == *name && !name.contains("  ");
                assert!(names.iter().all(is_clean), "{names:?}");
            }
        }
    }

    #[test]
    fn countries_are_known_by_code_and_by_name() {
        let check = |country: Option<&str>, first: &str| {
            assert_eq!(names(country).first[0], first, "{country:?}");
        };
        check(Some("DE"), "Anna");
        check(Some("Germany"), "Anna");
        check(Some("USA"), "Olivia");
        check(Some(" united kingdom "), "Olivia");
        check(Some("JP"), "Haruka");
        check(Some("Atlantis"), "Amara");
        check(None, "Amara");
    }
}
